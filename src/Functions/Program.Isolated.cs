using Functions.Configuration;
using Functions.Http;
using Functions.Isolated;
using Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;

// The third host: the Functions host's isolated worker. Compiled instead of Program.cs with -p:FunctionsWorker=Isolated.
var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ProblemWorkerMiddleware>();
Settings.Load(builder.Configuration, Environment.CurrentDirectory, args);
builder.Services
    .AddRelayerOptions(builder.Configuration)
    .AddTelemetry(builder.Configuration, "isolated")
    .AddHttpFunctions();
await builder.Build().RunAsync();
