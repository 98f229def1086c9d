using System.Runtime.InteropServices;

namespace Functions.Hosting;

/// <summary>Stops the app when the process that started it is gone: a killed Functions host does not take its handler along.</summary>
/// <remarks>
/// An orphan is given another parent, which is what is looked for. Windows has no such sign; there the app is not watched.
/// </remarks>
/// <param name="lifetime">What stops.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where the stop is explained.</param>
internal sealed partial class ParentWatch(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentWatch> logger)
    : BackgroundService
{
    /// <summary>How often is looked.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly int _parent = OperatingSystem.IsWindows() ? 0 : ParentId();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var timer = new PeriodicTimer(Period, time);
        while (ParentId() == _parent)
        {
            await timer.WaitForNextTickAsync(stoppingToken);
        }

        Log.ParentGone(logger);
        lifetime.StopApplication();
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    private static partial class Log
    {
        [LoggerMessage(1121, LogLevel.Warning, "The process that started the app is gone: stopping")]
        public static partial void ParentGone(ILogger logger);
    }
}
