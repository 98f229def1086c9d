using Functions.Configuration;
using Functions.Health;
using Functions.Http;
using Functions.Timers;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Functions.Isolated;

/// <summary>What the app is as a worker of the Azure Functions host.</summary>
internal static class RelayerWorker
{
    /// <summary>After WorkerTerminate the host kills what is left after 5 seconds.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(4);

    /// <summary>Adds settings, pipeline and watches. The worker's own sources stay: the host says through them where it listens.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static void UseRelayerWorker(this FunctionsApplicationBuilder builder)
    {
        Settings.AddLogLevels(builder.Configuration);
        builder.UseMiddleware<FunctionAnswerMiddleware>();
        builder.Services.AddHost(builder.Configuration, HostProfile.Isolated);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        builder.Services.AddSingleton<IStartupFilter, ServerPipeline>();
        builder.Services.AddSingleton<Preflight>();
        builder.Services.AddSingleton(TimerSettings.Read(builder.Configuration, typeof(RelayerWorker).Assembly));
        builder.Services.AddReadinessCheck<TimersReadiness>("timers");
        builder.Services.AddHostedService<TimersReport>();
        builder.Services.AddHostedService<ParentWatch>();
    }
}
