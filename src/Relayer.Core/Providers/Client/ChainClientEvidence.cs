using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>What may end something, asked of all.</summary>
internal sealed partial class ChainClient
{
    public async Task<IReadOnlyList<CanonicalBlock?>> ReadCanonicalAsync(IReadOnlyList<long> heights, CancellationToken cancellation)
    {
        var agreed = await ReadAgreedAsync(heights, [], cancellation);
        return [.. heights.Select(agreed.BlockAt)];
    }

    public async Task<AgreedReading> ReadAgreedAsync(
        IReadOnlyList<long> heights, IReadOnlyList<TransactionReceipt> seen, CancellationToken cancellation)
    {
        if (heights.Count == 0)
        {
            return AgreedReading.Nothing;
        }

        // One operator has said it already, and nobody else can.
        Hash32[] hashes = _pool.Operators == 1 ? [] : [.. seen.Select(receipt => receipt.TransactionHash).Distinct()];
        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                // The height first: what is read after it is as deep as that makes it look, or deeper.
                var head = RpcChain.BlockNumber();
                var blocks = heights.Select(height => RpcBlocks.Block(BlockRef.At(height))).ToArray();
                var receipts = Array.ConvertAll(hashes, RpcTransactions.Receipt);
                await client.SendAsync([head, .. blocks, .. receipts], token);
                return new AtHead<(Hash32?[] Blocks, TransactionReceipt?[] Receipts)>(
                    head.Value, (Array.ConvertAll(blocks, block => ReadOrNull(block)?.Hash), Array.ConvertAll(receipts, ReadOrNull)));
            },
            cancellation,
            // A slow one may be whom the quorum wants: it is waited for until all that was asked about is agreed on.
            isEnough: some => Agree(some) is var agreed && heights.All(height => agreed.BlockAt(height) is not null) && hashes.All(hash => agreed.ReceiptOf(hash) is not null));
        return Agree(answers);

        AgreedReading Agree(IReadOnlyList<Told<(Hash32?[] Blocks, TransactionReceipt?[] Receipts)>> some)
        {
            var told = _pool.Operators == 1
                ? seen.Select(receipt => new Told<TransactionReceipt>(some[0].Provider, some[0].Operator, some[0].Head, receipt))
                : some.SelectMany(answer => answer.Value.Receipts.OfType<TransactionReceipt>().Select(receipt => answer.Select(_ => receipt)));
            return AgreedReading.Of(
                heights, [.. some.Select(answer => answer.Select(value => value.Blocks))], told.ToLookup(receipt => receipt.Value.TransactionHash), _pool.Operators);
        }
    }

    public async Task<IReadOnlyList<IReadOnlyList<TransactionReceipt>>> FindReceiptsAsync(
        IReadOnlyList<Hash32> hashes, CancellationToken cancellation)
    {
        if (hashes.Count == 0)
        {
            return [];
        }

        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var head = RpcChain.BlockNumber();
                var receipts = hashes.Select(RpcTransactions.Receipt).ToArray();
                await client.SendAsync([head, .. receipts], token);
                return new AtHead<TransactionReceipt?[]>(
                    head.Value, Array.ConvertAll(receipts, ReadOrNull));
            },
            cancellation);
        return [.. hashes.Select((_, i) => answers.Select(answer => answer.Value[i]).OfType<TransactionReceipt>().DistinctBy(receipt => receipt.BlockHash).ToArray())];
    }

    public async Task<NonceHolder?> FindNonceHolderAsync(Address account, ulong nonce, CancellationToken cancellation)
    {
        var answers = await _pool.AskAllAtHeadAsync((client, token) => NonceSearch.RunAsync(client, account, nonce, token), cancellation);
        Told<NonceSighting>[] said = [.. answers.Where(answer => answer.Value is not NonceSighting.Unknown)];
        return Quorum.Of(said, _pool.Operators, out var agreed) && agreed is NonceSighting.Spent { By: var holder } ? holder : null;
    }

    public async Task<KnownTransaction?> FindTransactionAsync(Hash32 hash, CancellationToken cancellation)
    {
        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var (head, transaction) = (RpcChain.BlockNumber(), RpcTransactions.ByHash(hash));
                await client.SendAsync([head, transaction], token);
                return new AtHead<Tuple<KnownTransaction?>>(head.Value, Tuple.Create(transaction.Value));
            },
            cancellation);
        Told<KnownTransaction>[] known = [.. answers.Where(answer => answer.Value.Item1 is not null).Select(answer => answer.Select(told => told.Item1!))];
        return Quorum.Of([.. known.Select(one => one.Select(ContentOf))], _pool.Operators, out var agreed)
            ? known.First(one => ContentOf(one.Value) == agreed).Value
            : null;

        static (Address From, Hash32 Data) ContentOf(KnownTransaction one) => (one.From, Keccak256.Hash(one.Data.Span));
    }

    // What cannot be read is not known, and the rest of the body is.
    private static T? ReadOrNull<T>(RpcCall<T?> call)
        where T : class =>
        call.Error is null && call.Fault is null ? call.Value : null;
}
