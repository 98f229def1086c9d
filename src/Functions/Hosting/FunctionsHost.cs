using System.Net;
using Functions.Configuration;
using Functions.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Functions.Hosting;

/// <summary>The app's own host: alone, or as a custom handler behind the Azure Functions host.</summary>
public static class FunctionsHost
{
    private const int DefaultPort = 7071;

    /// <summary>How long a stop waits for what is under way.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(25);

    /// <summary>A builder with configuration, server and function services in place.</summary>
    /// <param name="args">Command-line settings, such as <c>--port 7072</c> or <c>--urls</c>.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        Configure(builder.Configuration, builder.Environment.ContentRootPath, args);
        var mode = HostMode.From(builder.Configuration);
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBody.MaxBytes;
            Listen(kestrel, mode, builder.Configuration);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);

        builder.Services.AddSingleton(mode);
        builder.Services.TryAddSingleton(TimeProvider.System);
        if (!mode.IsCustomHandler)
        {
            builder.Services.AddSingleton<FunctionKeys>();
            builder.Services.TryAddSingleton<ITickGuard>(services =>
                services.GetService<NpgsqlDataSource>() is { } database
                    ? new PostgresTickGuard(database)
                    : new SingleInstanceTickGuard());
            builder.Services.AddSingleton<TimerScheduler>();
            builder.Services.AddHostedService(services => services.GetRequiredService<TimerScheduler>());
        }

        return builder;
    }

    /// <summary>The pipeline in front of the functions.</summary>
    public static WebApplication UseFunctionsPipeline(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        return app;
    }

    /// <summary>Weakest first: <c>local.settings.json</c>, the environment, the command line. No other files.</summary>
    private static void Configure(ConfigurationManager configuration, string folder, string[] args)
    {
        var local = LocalSettings.Read(Path.Combine(folder, LocalSettings.FileName));
        configuration.Sources.Clear();
        configuration.AddInMemoryCollection(local);
        configuration.AddEnvironmentVariables();
        configuration.AddCommandLine(args);
    }

    private static void Listen(
        KestrelServerOptions kestrel, HostMode mode, ConfigurationManager configuration)
    {
        if (mode.CustomHandlerPort is { } port)
        {
            // Nobody but the host on this machine may come in: it alone has checked the keys.
            kestrel.Listen(IPAddress.Loopback, port);
        }
        else if (string.IsNullOrEmpty(configuration["urls"]))
        {
            var text = configuration["Port"];
            kestrel.ListenLocalhost(string.IsNullOrEmpty(text) ? DefaultPort : HostMode.ParsePort("Port", text));
        }
    }
}
