using System.Text;
using DevChain;
using Microsoft.AspNetCore.Http;

namespace Storms.Faults;

/// <summary>Stands between instances and a real node, and fails by its schedule. Two paths, as of two providers.</summary>
internal sealed class FaultyNode : IAsyncDisposable
{
    private readonly HttpClient _node = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 });
    private readonly Uri _url;
    private readonly LoopbackServer _server;
    private readonly FaultSchedule _schedule;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private int _faults;

    private FaultyNode(Uri node, FaultSchedule schedule) =>
        (_url, _server, _schedule, _random) = (node, new LoopbackServer(ServeAsync), schedule, new Random(schedule.Seed));

    /// <summary>The first provider.</summary>
    public Uri Url => new(_server.Url + "/first");

    /// <summary>The second provider: the same node, the same faults but for <see cref="Fault.AnotherChain"/>.</summary>
    public Uri Second => new(_server.Url + "/second");

    /// <summary>How many requests were answered wrongly.</summary>
    public int Faults => Volatile.Read(ref _faults);

    public static async Task<FaultyNode> StartAsync(Uri node, FaultSchedule schedule, CancellationToken cancellation)
    {
        var faulty = new FaultyNode(node, schedule);
        await faulty._server.StartAsync(cancellation);
        return faulty;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _node.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var slice = _schedule.Now();
        var isFirst = context.Request.Path.StartsWithSegments("/first", StringComparison.Ordinal);
        var isHit = slice.Fault != Fault.None && Draw(100) < slice.Percent && (isFirst || slice.Fault != Fault.AnotherChain);
        try
        {
            if (isHit)
            {
                Interlocked.Increment(ref _faults);
                await FailAsync(context, body, slice);
            }
            else
            {
                await AnswerAsync(context, await ForwardAsync(body));
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException)
        {
            context.Abort(); // The node is gone, or whoever asked.
        }
    }

    private async Task FailAsync(HttpContext context, string body, FaultSchedule.Slice slice)
    {
        switch (slice.Fault)
        {
            case Fault.Drop:
                context.Abort();
                return;
            case Fault.LoseAnswer:
                await ForwardAsync(body);
                context.Abort();
                return;
            case Fault.Delay:
                await Task.Delay(Draw(2) == 0 ? Draw(300) : Draw(4_000), _server.Stopping);
                await AnswerAsync(context, await ForwardAsync(body));
                return;
            case Fault.Duplicate:
                await ForwardAsync(body);
                await AnswerAsync(context, await ForwardAsync(body));
                return;
            case Fault.TooManyRequests:
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = Draw(2) == 0 ? "1" : default;
                return;
            case Fault.ServerError:
                context.Response.StatusCode = 500 + new[] { 0, 2, 3 }[Draw(3)];
                return;
            case Fault.Garbage:
                await AnswerAsync(context, Garble(await ForwardAsync(body)));
                return;
            default:
                await AnswerAsync(context, await new Liar(slice, Draw, ForwardAsync).AnswerAsync(body));
                return;
        }
    }

    private string Garble(string honest) => Draw(7) switch
    {
        0 => "",
        1 => "<html><body>502 Bad Gateway</body></html>",
        2 => honest[..(honest.Length / 2)],
        3 => "null",
        4 => honest.Replace("\"id\":", "\"id\":7", StringComparison.Ordinal),
        5 => honest.Replace("\"0x", "\"0xzz", StringComparison.Ordinal),
        _ => honest.Replace("\"result\"", "\"outcome\"", StringComparison.Ordinal),
    };

    private int Draw(int below)
    {
        lock (_gate)
        {
            return _random.Next(below);
        }
    }

    private static async Task AnswerAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    // What was begun is done, whoever still waits for it.
    private async Task<string> ForwardAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _node.PostAsync(_url, content, _server.Stopping);
        return await answer.Content.ReadAsStringAsync(_server.Stopping);
    }
}
