using System.Globalization;
using DevChain;

namespace Storms.Workloads;

/// <summary>
/// Mines by the clock and takes blocks back, one after the other: anvil's own clock goes on while it takes blocks back, and then more of them go, or the
/// state is no longer that of the blocks.
/// </summary>
internal sealed class Blocks : IAsyncDisposable
{
    private const int Remembered = 24;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(0.5);

    private readonly AnvilNode _node;
    private readonly ChainReader _chain;
    private readonly SemaphoreSlim _one = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly List<int> _depths = [];
    private Task _mining = Task.CompletedTask;

    private Blocks(AnvilNode node, ChainReader chain) => (_node, _chain) = (node, chain);

    /// <summary>How many blocks each reorganisation really took back, oldest first.</summary>
    public IReadOnlyList<int> Depths
    {
        get
        {
            lock (_depths)
            {
                return [.. _depths];
            }
        }
    }

    /// <summary>Takes the mining over from the node's clock.</summary>
    public static async Task<Blocks> StartAsync(SharedStack shared, CancellationToken cancellation)
    {
        var blocks = new Blocks(shared.Stack.Node, shared.Chain);
        await blocks._node.SetBlockTimeAsync(TimeSpan.Zero, cancellation);
        blocks._mining = blocks.MineAsync(blocks._end.Token);
        return blocks;
    }

    /// <summary>Replaces the newest blocks by empty ones, and looks how many are others now.</summary>
    /// <param name="depth">How many.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task ReorganiseAsync(int depth, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            // Once begun it is carried through: one that nobody measured would count for none.
            var tip = await _node.BlockNumberAsync(CancellationToken.None);
            var before = await HashesAsync(tip);
            await _node.ReorganiseAsync(depth, CancellationToken.None);
            var after = await HashesAsync(tip);
            var kept = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
            lock (_depths)
            {
                _depths.Add(before.Count - kept);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _mining;
        _end.Dispose();
        _one.Dispose();
    }

    private async Task MineAsync(CancellationToken end)
    {
        using var clock = new PeriodicTimer(Every);
        try
        {
            while (await clock.WaitForNextTickAsync(end))
            {
                await _one.WaitAsync(end);
                try
                {
                    await _node.MineAsync(1, CancellationToken.None);
                }
                finally
                {
                    _one.Release();
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Nothing more is mined.
        }
    }

    /// <summary>The hashes up to a height, lowest first; an empty one where there is no block any more.</summary>
    private async Task<IReadOnlyList<string>> HashesAsync(long tip)
    {
        var first = Math.Max(0, tip - Remembered + 1);
        var blocks = await _chain.AskAsync(
            "eth_getBlockByNumber",
            Enumerable.Range(0, (int)(tip - first + 1)).Select(i => new object?[] { "0x" + (first + i).ToString("x", CultureInfo.InvariantCulture), false }),
            CancellationToken.None);
        return [.. blocks.Select(block => block.ValueKind == System.Text.Json.JsonValueKind.Object ? block.GetProperty("hash").GetString()! : "")];
    }
}
