using System.Diagnostics;
using HostStandIn.Protocol;
using Yarp.ReverseProxy.Forwarder;

namespace HostStandIn;

/// <summary>What callers meet: the call over gRPC, and the request forwarded to the worker's own server.</summary>
/// <remarks>As the real host: what no function of a route takes is an empty 404. It has no keys, so what wants one of the host's is an empty 401.</remarks>
internal sealed class Front(IHttpForwarder forwarder, Worker worker)
{
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private int _underWay;

    /// <summary>Calls under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Answers one call of a function.</summary>
    public async Task HandleAsync(Function function, HttpContext context)
    {
        if (function.Level != "anonymous")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        Interlocked.Increment(ref _underWay);
        try
        {
            await CallAsync(function, context);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task CallAsync(Function function, HttpContext context)
    {
        var invocation = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.Id,
            TraceContext = new RpcTraceContext { TraceParent = Activity.Current?.Id ?? "", TraceState = Activity.Current?.TraceStateString ?? "" },
        };
        foreach (var (name, value) in context.Request.RouteValues)
        {
            invocation.TriggerMetadata[name] = new TypedData { String = value?.ToString() ?? "" };
        }

        // A caller that leaves cancels the call; so does the host's stop, once it no longer waits.
        var session = worker.Session;
        await using var cancelled = context.RequestAborted.UnsafeRegister(
            _ => _ = session.SendAsync(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocation.InvocationId } }), null);
        context.Request.Headers["x-ms-invocation-id"] = invocation.InvocationId;
        var forwarded = forwarder.SendAsync(context, worker.HttpUri.ToString(), _http, Config).AsTask();
        try
        {
            var response = await session.InvokeAsync(invocation);
            var error = await forwarded;
            if (error != ForwarderError.None || response.Result.Status != StatusResult.Types.Status.Success)
            {
                Console.WriteLine($"host: {function.Name} failed: {error} {response.Result.Status} {response.Result.Exception?.Message}");
                Fail(context);
            }
        }
        catch (IOException)
        {
            await forwarded;
            Fail(context);
        }
    }

    private static void Fail(HttpContext context)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
