using Functions.Configuration;

return FunctionJson.TryRun(args) ? 0 : await FunctionsHost.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);
    builder.Services.AddRelayerOptions(builder.Configuration);

    var app = builder.Build();
    app.UseFunctionsPipeline();
    app.MapFunctions();
    return app;
});
