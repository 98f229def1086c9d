using System.Net;
using Functions.Configuration;
using Functions.Http;
using Functions.Telemetry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Relayer.Core.Storage;

namespace Functions.Hosting;

/// <summary>The app's own host: alone, or as a custom handler behind the Azure Functions host.</summary>
public static class FunctionsHost
{
    /// <summary>Where the app listens when it is alone and nothing else is said.</summary>
    public const int DefaultPort = 7071;

    /// <summary>How long a stop waits for what is under way.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(25);

    /// <summary>A builder with configuration, server, logging and the functions' services in place.</summary>
    /// <param name="args">Command-line settings, such as <c>--port 7072</c> or <c>--urls</c>.</param>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        // The slim builder would read and watch files that the app does not have: a quarter of an empty app's start.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = args });
        Settings.Load(builder.Configuration, builder.Environment.ContentRootPath, args);
        var mode = HostMode.From(builder.Configuration);
        HostLogging.Configure(builder.Logging, builder.Configuration, mode);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = JsonBody.MaxRefusedBytes;
            Listen(kestrel, mode, builder.Configuration);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        builder.Services.AddSingleton(mode);
        builder.Services.AddTelemetry(builder.Configuration, mode.IsCustomHandler ? "custom-handler" : "alone");
        builder.Services.AddHttpFunctions();
        if (mode.IsCustomHandler)
        {
            builder.Services.AddHostedService<ParentWatch>();
        }
        else
        {
            AddAlone(builder.Services);
        }

        mode.HasCors = builder.Services.TryAddCors(builder.Configuration);
        return builder;
    }

    /// <summary>The pipeline in front of the functions.</summary>
    public static WebApplication UseFunctionsPipeline(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var mode = app.Services.GetRequiredService<HostMode>();
        app.UseMiddleware<ProblemMiddleware>();
        if (mode.IsCustomHandler)
        {
            app.UseMiddleware<InvocationMiddleware>();
        }

        app.UseRouting();
        if (mode.HasCors)
        {
            app.UseCors();
        }

        return app;
    }

    /// <summary>Starts an app and waits for its end; what keeps it from starting is said in a line on standard error.</summary>
    /// <param name="create">Makes the app.</param>
    /// <returns>The process's exit code: 0, or 1 when it could not start.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        try
        {
            await create().RunAsync();
            return 0;
        }
        catch (ConfigurationException exception)
        {
            await Console.Error.WriteLineAsync($"The configuration cannot be used:\n{exception.Message}");
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{exception.Message} Choose another port with --port N.");
        }

        return 1;
    }

    private static void AddAlone(IServiceCollection services)
    {
        services.AddSingleton<FunctionKeys>();
        services.TryAddSingleton<ITickGuard>(static services =>
            services.GetService<Database>() is { } database
                ? new PostgresTickGuard(database)
                : new SingleInstanceTickGuard());
        services.AddSingleton<TimerScheduler>();
        services.AddHostedService(static services => services.GetRequiredService<TimerScheduler>());
    }

    private static void Listen(KestrelServerOptions kestrel, HostMode mode, ConfigurationManager configuration)
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
