using Functions.Configuration;
using SelfHost;
using SelfHost.Commands;

return DatabaseCommand.Find(args) is { } command ? await command() : await Startup.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);
    builder.Services.AddRelayerApp(builder.Configuration);
    return builder.Build().UseFunctionsPipeline().MapFunctions();
});
