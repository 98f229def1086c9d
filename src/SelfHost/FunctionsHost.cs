using Functions.Configuration;
using Functions.Http;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Relayer.Core.Storage;

namespace SelfHost;

/// <summary>The functions without the Azure Functions host: over Kestrel, with timers of their own.</summary>
public static class FunctionsHost
{
    /// <summary>Where the app listens when nothing else is said.</summary>
    public const int DefaultPort = 7071;

    /// <summary>How long a stop waits for what is under way.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(25);

    /// <summary>A builder with configuration, server, logging and the functions' services in place.</summary>
    /// <param name="args">Command-line settings, such as <c>--port 7072</c> or <c>--urls</c>.</param>
    /// <exception cref="ConfigurationException"><c>local.settings.json</c> is malformed. What else is wrong is told when the functions are mapped.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // The slim builder would read and watch files that the app does not have: a quarter of an empty app's start.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
        Settings.Load(builder.Configuration, builder.Environment.ContentRootPath, args);
        HostLogging.Configure(builder.Logging, builder.Configuration);
        builder.Services.AddRoutingCore();
        builder.Services.AddHost(builder.Configuration, HostProfile.Alone);
        builder.Services.AddStartFaults(ListenFaults.Find(builder.Configuration));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            ConnectionLimit.Set(kestrel); // Before: what is listened on takes its defaults when it is added.
            Listen(kestrel, builder.Configuration);
        });
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        builder.Services.TryAddSingleton<ITickGuard>(static services =>
            services.GetService<Database>() is { } database ? new PostgresTickGuard(database) : new SingleInstanceTickGuard());
        builder.Services.AddSingleton<TimerScheduler>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<TimerScheduler>());
        return builder;
    }

    /// <summary>The pipeline in front of the functions.</summary>
    public static WebApplication UseFunctionsPipeline(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        if (app.Services.GetService<ICorsService>() is not null)
        {
            app.UseCors();
        }

        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, ConfigurationManager configuration)
    {
        if (string.IsNullOrEmpty(configuration["urls"]))
        {
            kestrel.ListenLocalhost(ListenFaults.TryParsePort(configuration["Port"], out var port) ? port : DefaultPort);
        }
    }
}
