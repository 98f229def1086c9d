using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Functions.Isolated;

/// <summary>Ends the worker when the process that started it is gone: a killed Functions host does not take its worker along.</summary>
/// <remarks>
/// An orphan is given another parent, which is what is looked for. What is under way has <see cref="Patience"/>; then the process is killed,
/// which is safe at any instant. Windows has no such sign; there the worker is not watched.
/// </remarks>
/// <param name="lifetime">What stops.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where the stop is explained.</param>
internal sealed partial class ParentWatch(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentWatch> logger)
    : BackgroundService
{
    /// <summary>How often is looked.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>How long an orderly stop may take.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Taken at once: a host that dies while the worker starts is not missed.
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
        await Task.Delay(Patience, time, CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    private static partial class Log
    {
        [LoggerMessage(1121, LogLevel.Warning, "The process that started the app is gone: stopping")]
        public static partial void ParentGone(ILogger logger);
    }
}
