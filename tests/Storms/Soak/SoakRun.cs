using System.Collections.Concurrent;
using Load;
using Storms.Audit;
using Storms.Workloads;

namespace Storms.Soak;

/// <summary>One instance under a constant load for a long time, read at intervals, audited at the end.</summary>
internal sealed class SoakRun(SharedStack shared, SoakOptions options, Action<string> say)
{
    private const int Readings = 40;
    private const int Clients = 16;

    private readonly ConcurrentBag<TimeSpan> _answers = [];
    private readonly List<SoakSample> _samples = [];

    public async Task<SoakReport> RunAsync(CancellationToken cancellation)
    {
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Signers = 4 }, cancellation);
        await relayer.StartAsync(0, null, cancellation);
        // A visit is about one and a half requests.
        using var workload = new Workload(relayer, options.Seed, new WorkloadOptions(Clients, Clients * 1_500 / options.Rate))
        {
            OnAccepted = (_, took) => _answers.Add(took),
        };
        using var end = new CancellationTokenSource(options.Duration);
        var posting = workload.RunAsync(end.Token, cancellation);
        await ReadAsync(relayer, workload, end.Token, cancellation);
        await posting;
        return new SoakReport(options, _samples, SoakVerdict.Of(_samples), await Auditor.CheckAsync(relayer, workload, cancellation));
    }

    private async Task ReadAsync(RelayerUnderTest relayer, Workload workload, CancellationToken end, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var process = relayer.Running[0].ProcessId;
        var (accepted, cpu) = (0, Usage.Cpu(process));
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(options.Duration / Readings, end).ContinueWith(_ => { }, cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
            var (acceptedNow, cpuNow) = (workload.Accepted, Usage.Cpu(process));
            TimeSpan[] answers = [.. Drain()];
            var sample = new SoakSample(
                TimeProvider.System.GetElapsedTime(started),
                acceptedNow,
                Quantiles.Of(answers),
                (cpuNow - cpu) / Math.Max(1, acceptedNow - accepted),
                await MemoryReading.TakeAsync(process, cancellation),
                await SoakSample.ReadTablesAsync(relayer, cancellation));
            _samples.Add(sample);

            // The collection that the reading asked for is not the relays'.
            (accepted, cpu) = (acceptedNow, Usage.Cpu(process));
            say($"{sample.At:hh\\:mm\\:ss} of {options.Duration:hh\\:mm\\:ss}: {sample.Accepted} accepted, {sample.Memory.Heap / 1048576.0:0.0} MB live");
        }
    }

    private IEnumerable<TimeSpan> Drain()
    {
        while (_answers.TryTake(out var took))
        {
            yield return took;
        }
    }
}

/// <summary>What to do for how long.</summary>
/// <param name="Duration">How long it posts.</param>
/// <param name="Rate">Requests a second, about.</param>
/// <param name="Seed">What randomness begins with.</param>
/// <param name="Command">The command that was given.</param>
internal sealed record SoakOptions(TimeSpan Duration, int Rate, int Seed, string Command);
