using Functions.Configuration;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;
using SelfHost;

// Small functions behind the app's real host, so that the host can be tested for what the relayer itself never does.
return await Startup.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);
    builder.Services.AddSingleton(RelayerOptions.Bind(builder.Configuration)).AddKeys();
    return builder.Build().UseFunctionsPipeline().MapFunctions(typeof(SampleApp.HttpFunctions).Assembly);
});
