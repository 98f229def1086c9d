using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace Load;

/// <summary>Memory of the app.</summary>
/// <param name="Resident">Bytes in RAM.</param>
/// <param name="Heap">Bytes that live on the garbage-collected heap after a full collection.</param>
internal sealed record MemoryReading(long Resident, long Heap)
{
    // Microsoft-Windows-DotNETRuntime: the GC's events, and a full collection when the session begins.
    private const long GcAndCollect = 0x1 | 0x800000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Makes the app collect, and reads what is left.</summary>
    public static async Task<MemoryReading> TakeAsync(int process, CancellationToken cancellation)
    {
        var heap = await CollectAsync(process, cancellation);
        return new MemoryReading(Usage.ResidentBytes(process), heap);
    }

    private static async Task<long> CollectAsync(int process, CancellationToken cancellation)
    {
        var client = new DiagnosticsClient(process);
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, GcAndCollect);
        using var session = client.StartEventPipeSession([provider], requestRundown: false);
        var size = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            () =>
            {
                using var source = new EventPipeEventSource(session.EventStream);
                source.Clr.GCHeapStats += stats => size.TrySetResult(stats.TotalHeapSize);
                source.Process();
            },
            cancellation);
        try
        {
            return await size.Task.WaitAsync(Patience, cancellation);
        }
        catch (TimeoutException)
        {
            throw new LoadException("the app does not tell its heap's size");
        }
        finally
        {
            await session.StopAsync(CancellationToken.None);
            await reading;
        }
    }
}
