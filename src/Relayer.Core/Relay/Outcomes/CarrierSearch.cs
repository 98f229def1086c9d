using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Finds the transaction that spent a request's nonce, by the forwarder's own event.</summary>
/// <remarks>
/// It looks back from the newest block to the time at which the request was accepted, since its nonce was free then. Safe for concurrent use. A look
/// that finds nothing is repeated, less and less often, and goes on where the last one ended, so that a node that tells little at once is enough.
/// </remarks>
/// <param name="chains">The chains.</param>
/// <param name="time">The clock.</param>
internal sealed class CarrierSearch(IChainClientFactory chains, TimeProvider time)
{
    /// <summary>Blocks asked about at once, at most, and how often in one look.</summary>
    private const long Range = 2_000;
    private const int Requests = 32;

    /// <summary>Blocks that are looked at again: others may stand there now.</summary>
    private const long Again = 64;

    /// <summary>Transactions that are looked at because somebody names them.</summary>
    private const int MostVoices = 8;

    private const int Remembered = 1_024;
    private const int RAndS = 64;

    /// <summary>Clocks differ, and blocks carry the time at which they were begun.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Hash32, Rest> _rests = new();

    /// <summary>One look.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="confirmations">How deep it has to be in the chain.</param>
    /// <param name="relay">The request.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<CarrierLook> FindAsync(ChainId chainId, int confirmations, SignedRelay relay, CancellationToken cancellation)
    {
        if (_rests.TryGetValue(relay.Id, out var rest) && time.GetUtcNow() < rest.Until)
        {
            return rest.Last;
        }

        var (look, searched) = await LookAsync(chains.Get(chainId), confirmations, relay, rest?.Searched ?? default, cancellation);
        if (_rests.Count >= Remembered)
        {
            _rests.Clear();
        }

        if (look is CarrierLook.Found)
        {
            _rests.TryRemove(relay.Id, out _);
        }
        else
        {
            var length = rest is null ? FirstRest : TimeSpan.FromTicks(Math.Min(rest.Length.Ticks * 2, LongestRest.Ticks));
            _rests[relay.Id] = new Rest(time.GetUtcNow() + length, length, look, searched);
        }

        return look;
    }

    private static async Task<(CarrierLook Look, Searched Searched)> LookAsync(
        IChainClient chain, int confirmations, SignedRelay relay, Searched before, CancellationToken cancellation)
    {
        var (logs, searched) = await FindEventAsync(chain, relay, before, cancellation);
        if (logs.Length == 0)
        {
            return (searched.IsWhole ? new CarrierLook.Nothing() : new CarrierLook.Unknown(), searched);
        }

        // Several where somebody makes one up.
        foreach (var log in logs)
        {
            if (await CheckAsync(chain, confirmations, relay, log, cancellation) is { } carrier)
            {
                return (new CarrierLook.Found(carrier), default);
            }
        }

        return (new CarrierLook.Unknown(), default);
    }

    /// <summary>What ends a request is in a canonical block, and as its receipt says that the providers agree on, like all that ends anything.</summary>
    private static async Task<Carrier?> CheckAsync(IChainClient chain, int confirmations, SignedRelay relay, MinedLog log, CancellationToken cancellation)
    {
        var receipts = (await chain.FindReceiptsAsync([log.TransactionHash], cancellation))[0];
        var agreed = (await chain.ReadAgreedAsync([log.BlockNumber], receipts, cancellation)).ReceiptOf(log.TransactionHash);
        if (agreed is null || agreed.Block.Depth < confirmations || !TryMatch(agreed.Receipt.Logs, relay, out var executed)
            || await chain.FindTransactionAsync(log.TransactionHash, cancellation) is not { } sent)
        {
            return null;
        }

        // The signature is of this request and no other; how its last byte is written is a matter of taste.
        var isSame = sent.Data.Span.IndexOf(relay.Signature.Span[..RAndS]) >= 0;
        return new Carrier(sent.Hash, sent.From, agreed.Block.Number, executed.Success, isSame) { Depth = agreed.Block.Depth };
    }

    private static async Task<(MinedLog[] Logs, Searched Searched)> FindEventAsync(
        IChainClient chain, SignedRelay relay, Searched before, CancellationToken cancellation)
    {
        var head = (await chain.ReadHeadAsync(cancellation)).Number;
        var (to, range, oldest) = (head, Range, relay.CreatedAt - Margin);
        for (var i = 0; i < Requests; i++)
        {
            if (before.Has(to))
            {
                // From here on the last look has been.
                to = before.From - 1;
            }

            if (before.IsWhole && to < before.From)
            {
                return ([], new Searched(before.From, head, IsWhole: true));
            }

            var from = Math.Max(0, to - range + 1);
            switch (await chain.FindLogsAsync(new LogFilter(from, to, [relay.Forwarder], [[ExecutedRequest.Topic], [TopicOf(relay.From)]]), cancellation))
            {
                case LogsOutcome.TooMany { Error.Figures: var said } when range > 1:
                    range = Math.Max(1, Math.Min(range / 4, said?.MostBlocks ?? said?.RetryBlocks ?? range));
                    continue;
                case LogsOutcome.Found found when Match(found.Logs, relay) is { Length: > 0 } matches:
                    return (matches, default);
                case LogsOutcome.Found { IsWhole: true }:
                    break;
                default:
                    return ([], new Searched(to + 1, head, IsWhole: false));
            }

            var block = (await chain.ReadBlocksAsync([BlockRef.At(from)], cancellation)).Blocks[0];
            if (block is null)
            {
                return ([], new Searched(to + 1, head, IsWhole: false));
            }

            to = from - 1;
            if (from == 0 || block.Timestamp < oldest)
            {
                return ([], new Searched(from, head, IsWhole: true));
            }
        }

        return ([], new Searched(to + 1, head, IsWhole: false));
    }

    private sealed record Rest(DateTimeOffset Until, TimeSpan Length, CarrierLook Last, Searched Searched);

    /// <summary>The blocks that were looked at without a find, and whether they reach back to the request's time.</summary>
    private readonly record struct Searched(long From, long To, bool IsWhole)
    {
        /// <summary>Whether a block is among them, old enough to stay.</summary>
        public bool Has(long block) => To > 0 && block >= From && block <= To - Again;
    }

    private static MinedLog[] Match(IReadOnlyList<MinedLog> logs, SignedRelay relay) =>
        [.. logs.Where(log => TryMatch([log.Event], relay, out _)).DistinctBy(log => (log.TransactionHash, log.BlockNumber)).Take(MostVoices)];

    private static bool TryMatch(IReadOnlyList<LogEntry> events, SignedRelay relay, out ExecutedRequest executed)
    {
        foreach (var one in events.Where(one => one.Address == relay.Forwarder))
        {
            if (ExecutedRequest.TryDecode(one, out executed) && executed.Signer == relay.From && executed.Nonce == relay.Nonce)
            {
                return true;
            }
        }

        executed = default;
        return false;
    }

    private static Hash32 TopicOf(Address account)
    {
        var word = new byte[Hash32.Size];
        account.Span.CopyTo(word.AsSpan(Hash32.Size - Address.Size));
        return new Hash32(word);
    }
}

/// <summary>What a look for the transaction that spent a request's nonce came to.</summary>
internal abstract record CarrierLook
{
    private CarrierLook()
    {
    }

    /// <summary>It is this one.</summary>
    public sealed record Found(Carrier Carrier) : CarrierLook;

    /// <summary>There is none in all of the time in which it could be.</summary>
    public sealed record Nothing : CarrierLook;

    /// <summary>It is not known yet: not all is looked at, or what was found is not deep enough or not agreed upon.</summary>
    public sealed record Unknown : CarrierLook;
}

/// <summary>The transaction that spent a request's nonce.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="From">Who sent it.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Succeeded">Whether the call in it succeeded.</param>
/// <param name="IsSame">It carried out this very request, not another one with the same nonce.</param>
internal sealed record Carrier(Hash32 Transaction, Address From, long BlockNumber, bool Succeeded, bool IsSame)
{
    /// <summary>How deep its block was in the chain when it was looked for.</summary>
    public long Depth { get; init; }
}
