using Functions.Configuration;
using SelfHost;

// Small functions behind the app's real host, so that the host can be tested for what the relayer itself never does.
return await Startup.RunAsync(() =>
    FunctionsHost.CreateBuilder(args).Build().UseFunctionsPipeline().MapFunctions(typeof(SampleApp.HttpFunctions).Assembly));
