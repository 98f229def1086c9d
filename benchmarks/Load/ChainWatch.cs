using System.Diagnostics;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Forwarders;

namespace Load;

/// <summary>Reads every <c>ExecutedForwardRequest</c> from the chain as blocks come, independently of the relayer.</summary>
internal sealed class ChainWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly AnvilNode _node;
    private readonly Address _forwarder;
    private readonly Lock _gate = new();
    private readonly Dictionary<Address, Execution> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    private ChainWatch(AnvilNode node, Address forwarder, long from)
    {
        (_node, _forwarder) = (node, forwarder);
        _loop = Task.Run(() => LoopAsync(from));
    }

    public static async Task<ChainWatch> StartAsync(DevStack stack, CancellationToken cancellation) =>
        new(stack.Node, stack.Contracts.Infinex, await stack.Node.BlockNumberAsync(cancellation) + 1);

    /// <summary>How a user's only request ended; null while it is not mined.</summary>
    public Execution? Find(Address user)
    {
        lock (_gate)
        {
            return _seen.GetValueOrDefault(user);
        }
    }

    /// <summary>Waits until all are mined, or no block brings anything any more.</summary>
    public async Task WaitAsync(IReadOnlyCollection<Address> users, TimeSpan patience, CancellationToken cancellation)
    {
        var (missing, since) = (int.MaxValue, Stopwatch.GetTimestamp());
        while (users.Count(user => Find(user) is null) is var count and > 0 && Stopwatch.GetElapsedTime(since) < patience)
        {
            if (count < missing)
            {
                (missing, since) = (count, Stopwatch.GetTimestamp());
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task LoopAsync(long next)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var head = await _node.BlockNumberAsync(_stop.Token);
                if (head >= next)
                {
                    await ReadAsync(next, head);
                    next = head + 1;
                }

                await Task.Delay(Pause, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The measurement is over.
        }
    }

    private async Task ReadAsync(long from, long to)
    {
        var now = Stopwatch.GetTimestamp();
        var filter = new
        {
            fromBlock = $"0x{from:x}",
            toBlock = $"0x{to:x}",
            address = _forwarder.ToString(),
            topics = new[] { ExecutedRequest.Topic.ToString() },
        };
        var logs = await _node.Rpc.SendAsync("eth_getLogs", [filter], _stop.Token);
        lock (_gate)
        {
            foreach (var log in logs.EnumerateArray())
            {
                var user = Address.Parse("0x" + log.GetProperty("topics")[1].GetString()![26..]);
                var succeeded = log.GetProperty("data").GetString()![^1] == '1';
                _seen[user] = _seen.TryGetValue(user, out var before)
                    ? before with { Times = before.Times + 1 }
                    : new Execution(now, 1, succeeded);
            }
        }
    }
}

/// <summary>What the chain shows of a user's only request.</summary>
/// <param name="SeenAt">The stopwatch's time when its block was first seen.</param>
/// <param name="Times">How often it was executed; more than once would be a fault.</param>
/// <param name="Succeeded">Whether the inner call succeeded.</param>
internal sealed record Execution(long SeenAt, int Times, bool Succeeded);
