using Functions.Admin;
using Functions.Configuration;
using Functions.Relay;
using Relayer.Core.Gas;
using Relayer.Core.Keepers;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Transactions;

return FunctionJson.TryRun(args) ? 0 : await FunctionsHost.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);
    builder.Services.AddRelayerOptions(builder.Configuration)
        .AddStorage().AddOperations().AddProviders().AddKeys().AddTransactions().AddGas().AddRelay()
        .AddKeepers().AddRelayFunctions().AddAdminFunctions();

    var app = builder.Build();
    app.UseFunctionsPipeline();
    app.MapFunctions();
    return app;
});
