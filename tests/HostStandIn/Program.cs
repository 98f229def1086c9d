using System.Net;
using System.Runtime.InteropServices;
using HostStandIn;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// Plays the Azure Functions host: starts a published isolated worker as the host does, has it tell its functions, forwards HTTP to it,
// fires its timers, asks it to end at SIGTERM, and simply dies when it is killed. What differs from the real host: docs/hosting.md.
const int MostExits = 3; // At the third exit of its worker the real host stops itself.
if (StandInOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine("HostStandIn --app FOLDER --port N\n  FOLDER: a published Functions app; its settings come from the environment.");
    return 2;
}

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
    kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
builder.Services.AddRoutingCore();
builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (null, null));
builder.Services.AddSingleton<WorkerSessions>();
await using var rpc = builder.Build();
rpc.UseRouting();
rpc.MapGrpcService<WorkerStream>();
await rpc.StartAsync();
var port = new Uri(rpc.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

using var stop = new CancellationTokenSource();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
for (var exits = 0; exits < MostExits; exits++)
{
    var worker = new Worker(options, rpc.Services.GetRequiredService<WorkerSessions>(), port);
    try
    {
        await worker.StartAsync();
    }
    catch (IOException failure)
    {
        Console.WriteLine($"host: {failure.Message}");
        continue;
    }

    Console.WriteLine($"host: {worker.Functions.Count} functions loaded");
    if (await new HostStandIn.Host(options, worker, stop.Token).ServeAsync())
    {
        return 0;
    }
}

Console.WriteLine("host: the worker ended for the third time: stopping");
return 1;
