using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DevChain;

/// <summary>The HTTP server under whatever stands in for somebody else's: on a free loopback port, with one handler for everything.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private int _disposed;

    /// <summary>Does not listen yet.</summary>
    /// <param name="serve">Answers each request.</param>
    /// <param name="certificate">With one it speaks HTTPS.</param>
    public LoopbackServer(RequestDelegate serve, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Logging.ClearProviders();
        (_app, Stopping) = (builder.Build(), _stop.Token);
        _app.Run(serve);
    }

    /// <summary>Where it listens, without a slash at the end; empty before it is started.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Cancelled when it is disposed of, before it waits for the requests that are under way.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Listens on a free port.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _app.StartAsync(cancellation);
        Url = _app.Urls.Single();
    }

    /// <summary>Misbehaviour: nothing, until the caller gives up or the server stops.</summary>
    public async Task HangAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Stopping);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Misbehaviour: a status, with what <c>Retry-After</c> says.</summary>
    public static Func<HttpContext, Task> Status(int status, string? retryAfter = null, string body = "no") => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync(body);
    };

    /// <summary>Lets go of whom it kept waiting, and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }
}
