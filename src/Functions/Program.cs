return FunctionJson.TryRun(args) ? 0 : await FunctionsHost.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);

    var app = builder.Build();
    app.UseFunctionsPipeline();
    app.MapFunctions();
    return app;
});
