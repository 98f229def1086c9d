using Functions.Admin;
using Functions.Configuration;
using Functions.Http;
using Functions.Isolated;
using Functions.Relay;
using Functions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Relayer.Core.Gas;
using Relayer.Core.Keepers;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Transactions;

// The third host: the Functions host's isolated worker. Compiled instead of Program.cs with -p:FunctionsWorker=Isolated.
var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ProblemWorkerMiddleware>();

// The worker's own sources stay: the Functions host says through them where it listens.
Settings.AddDefaults(builder.Configuration);
builder.Services.AddTelemetry(builder.Configuration, "isolated").AddHttpFunctions();
builder.Services.AddRelayerOptions(builder.Configuration)
    .AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddGas().AddRelay()
    .AddKeepers().AddRelayFunctions().AddAdminFunctions();
await builder.Build().RunAsync();
