using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Forwarder;

namespace HostStandIn;

/// <summary>Serves one worker's functions until the worker ends or the host is to stop.</summary>
internal sealed class Host(StandInOptions options, Worker worker, CancellationToken stop)
{
    /// <summary>How long the host waits for calls under way.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);

    /// <summary>True after a stop in order, false when the worker ended.</summary>
    public async Task<bool> ServeAsync()
    {
        await using var app = Create();
        await app.StartAsync(CancellationToken.None);
        using var ticking = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var timers = new Timers(worker).RunAsync(ticking.Token);
        var ended = worker.WaitForExitAsync();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(_ => stopped.TrySetResult(), null);
        if (await Task.WhenAny(ended, stopped.Task) == ended)
        {
            Console.WriteLine("host: the worker ended");
            await ticking.CancelAsync();
            return false;
        }

        // As the host: nothing new, what is under way is waited for, and only then is the worker told.
        var started = Stopwatch.GetTimestamp();
        await app.StopAsync(CancellationToken.None);
        await worker.StopAsync();
        await timers;
        Console.WriteLine($"host: stopped in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        return true;
    }

    private WebApplication Create()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Listen);
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        var app = builder.Build();
        app.UseRouting();
        app.Use(HideOtherMethodsAsync);
        var front = new Front(app.Services.GetRequiredService<IHttpForwarder>(), worker);
        foreach (var function in worker.Functions.Where(function => function.IsHttp))
        {
            app.MapMethods("/api/" + function.Route, function.Methods, context => front.HandleAsync(function, context));
        }

        app.MapPost("/admin/functions/{name}", FireAsync);
        return app;
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        kestrel.Listen(IPAddress.Loopback, options.Port);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // The worker's own limit is what counts.
    }

    /// <summary>The method is part of what a route matches: another one is not found, never 405.</summary>
    private static async Task HideOtherMethodsAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed })
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    /// <summary>Runs a timer now, as the real host's route of this name does; there it wants the master key and does not wait.</summary>
    private async Task FireAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (worker.Functions.FirstOrDefault(one => one.Name == name && one.IsTimer) is not { } function)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var result = await new Timers(worker).FireAsync(function, context.Request.Query["late"] == "true");
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsync($"{result.Status} {result.Exception?.Message}");
    }
}
