using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>Looks with one provider for the transaction that spent a nonce.</summary>
/// <remarks>
/// The block is found by how many transactions of the account there were up to each height: in steps that double, then between the last two,
/// several heights a round trip. Where the node has no state that old, its blocks are walked instead.
/// </remarks>
internal static class NonceSearch
{
    /// <summary>Steps that double: a million blocks back.</summary>
    private const int Steps = 20;

    /// <summary>Heights asked about in one round trip.</summary>
    private const int Points = 15;

    /// <summary>Blocks walked at most, and in one body.</summary>
    private const int Walked = 256;
    private const int WalkedAtOnce = 8;

    /// <summary>One look.</summary>
    /// <exception cref="ProviderFaultException">The provider failed.</exception>
    public static async Task<AtHead<NonceSighting>> RunAsync(RpcClient client, Address account, ulong nonce, CancellationToken cancellation)
    {
        var (head, next) = (RpcChain.BlockNumber(), RpcAccounts.Nonce(account));
        await client.SendAsync([head, next], cancellation);
        if (next.Value <= nonce)
        {
            return new(head.Value, new NonceSighting.Unspent());
        }

        var (before, at) = await NarrowAsync(client, account, nonce, head.Value, cancellation);
        NonceHolder? holder = before == at - 1
            ? await client.SendAsync(RpcBlocks.SentBy(at, account, nonce), cancellation)
            : await WalkAsync(client, account, nonce, before ?? -1, at, cancellation);
        return new(head.Value, holder is null ? new NonceSighting.Unknown() : new NonceSighting.Spent(holder));
    }

    /// <summary>The highest height known to be before the nonce was spent, if any, and the lowest known not to be.</summary>
    private static async Task<(long? Before, long At)> NarrowAsync(
        RpcClient client, Address account, ulong nonce, long head, CancellationToken cancellation)
    {
        long[] heights = [.. Enumerable.Range(0, Steps).Select(step => head - (1L << step) + 1).Where(height => height >= 0)];
        var (before, at) = Bounds(heights, await CountAsync(client, account, heights, cancellation), nonce, null, head);
        while (before is { } low && at - low > 1)
        {
            var width = at - low;
            heights = [.. Enumerable.Range(1, Points).Select(i => low + (width * i / (Points + 1))).Where(height => height > low && height < at).Distinct()];
            var next = Bounds(heights, await CountAsync(client, account, heights, cancellation), nonce, before, at);
            if (next == (before, at))
            {
                break;
            }

            (before, at) = next;
        }

        return (before, at);
    }

    private static (long? Before, long At) Bounds(long[] heights, ulong?[] counts, ulong nonce, long? before, long at)
    {
        foreach (var (height, count) in heights.Zip(counts))
        {
            if (count > nonce)
            {
                at = Math.Min(at, height);
            }
            else if (count is not null)
            {
                before = Math.Max(before ?? height, height);
            }
        }

        // The chain moved in between: there is nothing to look at between the two, and the next look finds it.
        return before >= at ? (at, at) : (before, at);
    }

    private static async Task<ulong?[]> CountAsync(RpcClient client, Address account, long[] heights, CancellationToken cancellation)
    {
        var calls = Array.ConvertAll(heights, height => RpcAccounts.NonceAt(account, height));
        await client.SendAsync(calls, cancellation);
        return Array.ConvertAll(calls, call => call.Error is null && call.Fault is null ? call.Value : (ulong?)null);
    }

    private static async Task<NonceHolder?> WalkAsync(
        RpcClient client, Address account, ulong nonce, long before, long at, CancellationToken cancellation)
    {
        var end = Math.Max(before, at - Walked);
        for (var height = at; height > end; height -= WalkedAtOnce)
        {
            var calls = Enumerable.Range(0, WalkedAtOnce).Select(i => height - i).Where(one => one > end)
                .Select(one => RpcBlocks.SentBy(one, account, nonce)).ToArray();
            await client.SendAsync(calls, cancellation);
            if (calls.Select(call => call.Value).FirstOrDefault(found => found is not null) is { } holder)
            {
                return holder;
            }
        }

        return null;
    }
}

/// <summary>What one provider says of a nonce.</summary>
internal abstract record NonceSighting
{
    private NonceSighting()
    {
    }

    /// <summary>The account's next nonce is not past it.</summary>
    public sealed record Unspent : NonceSighting;

    /// <summary>This transaction has it.</summary>
    public sealed record Spent(NonceHolder By) : NonceSighting;

    /// <summary>It is spent, and the transaction was not found.</summary>
    public sealed record Unknown : NonceSighting;
}
