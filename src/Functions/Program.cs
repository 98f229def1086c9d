var builder = FunctionsHost.CreateBuilder(args);
var app = builder.Build();
app.UseFunctionsPipeline();
app.MapFunctions();
await app.RunAsync();
