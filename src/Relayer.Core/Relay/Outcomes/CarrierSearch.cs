using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Outcomes;

/// <summary>Finds the transaction that spent a request's nonce, by the forwarder's own event.</summary>
/// <remarks>
/// It looks back from the newest block to the time at which the request was accepted, since its nonce was free then. Safe for concurrent use. A look
/// that finds nothing is repeated, less and less often.
/// </remarks>
/// <param name="chains">The chains.</param>
/// <param name="time">The clock.</param>
internal sealed class CarrierSearch(IChainClientFactory chains, TimeProvider time)
{
    /// <summary>Blocks asked about at once, at most, and how often in one look.</summary>
    private const long Range = 2_000;
    private const int Requests = 32;

    private const int Remembered = 1_024;
    private const int RAndS = 64;

    /// <summary>Clocks differ, and blocks carry the time at which they were begun.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Hash32, (DateTimeOffset Until, TimeSpan Length)> _rests = new();

    /// <summary>One look.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="confirmations">How deep it has to be in the chain.</param>
    /// <param name="relay">The request.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns><see langword="null"/> where it is not known yet: nothing is found, or it is not deep enough or not agreed upon.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<Carrier?> FindAsync(ChainId chainId, int confirmations, SignedRelay relay, CancellationToken cancellation)
    {
        if (_rests.TryGetValue(relay.Id, out var rest) && time.GetUtcNow() < rest.Until)
        {
            return null;
        }

        var carrier = await LookAsync(chains.Get(chainId), confirmations, relay, cancellation);
        if (_rests.Count >= Remembered)
        {
            _rests.Clear();
        }

        var length = rest.Length == default ? FirstRest : TimeSpan.FromTicks(Math.Min(rest.Length.Ticks * 2, LongestRest.Ticks));
        if (carrier is null)
        {
            _rests[relay.Id] = (time.GetUtcNow() + length, length);
        }
        else
        {
            _rests.TryRemove(relay.Id, out _);
        }

        return carrier;
    }

    private static async Task<Carrier?> LookAsync(IChainClient chain, int confirmations, SignedRelay relay, CancellationToken cancellation)
    {
        var (log, executed) = await FindEventAsync(chain, relay, cancellation);
        if (log is null)
        {
            return null;
        }

        // What ends a request is in a canonical block, and as its receipt says that the providers agree on, like all that ends anything.
        var receipts = (await chain.FindReceiptsAsync([log.TransactionHash], cancellation))[0];
        var agreed = (await chain.ReadAgreedAsync([log.BlockNumber], receipts, cancellation)).ReceiptOf(log.TransactionHash);
        if (agreed is null || agreed.Block.Depth < confirmations || !TryMatch(agreed.Receipt.Logs, relay, out executed)
            || await chain.FindTransactionAsync(log.TransactionHash, cancellation) is not { } sent)
        {
            return null;
        }

        // The signature is of this request and no other; how its last byte is written is a matter of taste.
        var isSame = sent.Data.Span.IndexOf(relay.Signature.Span[..RAndS]) >= 0;
        return new Carrier(sent.Hash, sent.From, agreed.Block.Number, executed.Success, isSame) { Depth = agreed.Block.Depth };
    }

    private static async Task<(MinedLog? Log, ExecutedRequest Executed)> FindEventAsync(IChainClient chain, SignedRelay relay, CancellationToken cancellation)
    {
        var to = (await chain.ReadHeadAsync(cancellation)).Number;
        var (range, oldest) = (Range, relay.CreatedAt - Margin);
        for (var i = 0; i < Requests && to >= 0; i++)
        {
            var from = Math.Max(0, to - range + 1);
            switch (await chain.ReadLogsAsync(new LogFilter(from, to, [relay.Forwarder], [[ExecutedRequest.Topic], [TopicOf(relay.From)]]), cancellation))
            {
                case LogsOutcome.TooMany when range > 1:
                    range = Math.Max(1, range / 4);
                    continue;
                case LogsOutcome.Found found when Match(found.Logs, relay) is { Log: not null } match:
                    return match;
                case LogsOutcome.Found:
                    break;
                default:
                    return default;
            }

            var block = (await chain.ReadBlocksAsync([BlockRef.At(from)], cancellation)).Blocks[0];
            if (block is null || block.Timestamp < oldest)
            {
                return default;
            }

            to = from - 1;
        }

        return default;
    }

    private static (MinedLog? Log, ExecutedRequest Executed) Match(IReadOnlyList<MinedLog> logs, SignedRelay relay)
    {
        foreach (var log in logs)
        {
            if (TryMatch([log.Event], relay, out var executed))
            {
                return (log, executed);
            }
        }

        return default;
    }

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
