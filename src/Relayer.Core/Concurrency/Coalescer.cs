using System.Threading.Channels;

namespace Relayer.Core.Concurrency;

/// <summary>
/// Turns single requests into batches without making any of them wait: while a batch is under way the next one gathers,
/// so one caller alone is served at once and many callers share a round trip.
/// </summary>
/// <typeparam name="TIn">What one caller asks.</typeparam>
/// <typeparam name="TOut">What it is answered.</typeparam>
/// <remarks>
/// Safe for concurrent use. A batch that throws fails each of its callers with that exception. A caller that cancels stops waiting;
/// its item is left out of a batch that has not begun, and carried out with one that has.
/// </remarks>
public sealed class Coalescer<TIn, TOut>
{
    private readonly Func<IReadOnlyList<TIn>, CancellationToken, Task<IReadOnlyList<TOut>>> _run;
    private readonly Channel<Item> _queue = Channel.CreateUnbounded<Item>();
    private readonly int _maxBatch;
    private int _freeSlots;

    /// <summary>Batches for <paramref name="run"/>, which answers each item in order.</summary>
    /// <param name="run">Carries out a batch and gives one answer for each item.</param>
    /// <param name="maxBatch">The most items in one batch.</param>
    /// <param name="parallelism">Batches under way at once.</param>
    public Coalescer(
        Func<IReadOnlyList<TIn>, CancellationToken, Task<IReadOnlyList<TOut>>> run, int maxBatch = 256, int parallelism = 1)
    {
        _run = run;
        _maxBatch = maxBatch;
        _freeSlots = parallelism;
    }

    /// <summary>Hands one item over and waits for its answer.</summary>
    public async Task<TOut> RunAsync(TIn input, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var item = new Item(input, cancellation);
        _queue.Writer.TryWrite(item);
        if (TryTakeSlot())
        {
            _ = DrainAsync();
        }

        return await item.Answer.Task.WaitAsync(cancellation);
    }

    private async Task DrainAsync()
    {
        do
        {
            try
            {
                while (TakeBatch() is { Count: > 0 } batch)
                {
                    await RunBatchAsync(batch);
                }
            }
            finally
            {
                Interlocked.Increment(ref _freeSlots);
            }

            // An item written after the last look but before the release would otherwise wait for the next caller.
        }
        while (_queue.Reader.TryPeek(out _) && TryTakeSlot());
    }

    private bool TryTakeSlot()
    {
        // Compare-and-swap: taking and giving back would for a moment hide a free slot from the worker that needs it.
        int free;
        do
        {
            free = Volatile.Read(ref _freeSlots);
            if (free == 0)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _freeSlots, free - 1, free) != free);

        return true;
    }

    private List<Item> TakeBatch()
    {
        var batch = new List<Item>();
        while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var item))
        {
            if (!item.Cancellation.IsCancellationRequested)
            {
                batch.Add(item);
            }
        }

        return batch;
    }

    private async Task RunBatchAsync(List<Item> batch)
    {
        try
        {
            var answers = await _run(batch.ConvertAll(item => item.Input), CancellationToken.None);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Answer.TrySetResult(answers[i]);
            }
        }
        catch (Exception failure)
        {
            // The boundary: whatever a batch met belongs to its callers, each of whom classifies it.
            batch.ForEach(item => item.Answer.TrySetException(failure));
        }
    }

    private sealed class Item(TIn input, CancellationToken cancellation)
    {
        public TIn Input { get; } = input;

        public CancellationToken Cancellation { get; } = cancellation;

        public TaskCompletionSource<TOut> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
