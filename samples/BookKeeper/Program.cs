// The relayer with one keeper more: what src/SelfHost/Program.cs does, and a line for it.
using Functions.Configuration;
using Relayer.Core.Keepers.Views;
using SampleKeepers;
using SelfHost;

return await Startup.RunAsync(() =>
{
    var builder = FunctionsHost.CreateBuilder(args);
    builder.Services.AddKeeper<BookKeeper, BookOptions>("book");
    builder.Services.AddRelayerApp(builder.Configuration);
    return builder.Build().UseFunctionsPipeline().MapFunctions();
});
