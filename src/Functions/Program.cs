using Functions.Configuration;
using Functions.Isolated;
using Microsoft.Azure.Functions.Worker.Builder;

return await Startup.RunAsync(() =>
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.UseRelayerWorker();
    builder.Services.AddRelayerApp(builder.Configuration);
    return builder.Build();
});
