using Functions.Configuration;
using SelfHost;

return await Startup.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);
    builder.Services.AddRelayerApp(builder.Configuration);
    return builder.Build().UseFunctionsPipeline().MapFunctions();
});
