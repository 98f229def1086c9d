// Small functions behind the app's real host, so that the host can be tested for what the relayer itself never does.
return await FunctionsHost.RunAsync(() =>
{
    var app = FunctionsHost.CreateBuilder(args).Build();
    app.UseFunctionsPipeline();
    app.MapFunctions(typeof(SampleApp.HttpFunctions).Assembly);
    return app;
});
