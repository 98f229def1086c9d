using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>Readings at one given block.</summary>
internal sealed partial class ChainClient
{
    // A block's transactions in full may be large: few in one body.
    private const int BlocksInBatch = 8;

    public Task<IReadOnlyList<ProviderAnswer<BlockHeader>>> ReadEachHeadAsync(CancellationToken cancellation) =>
        _pool.AskEachAsync((client, token) => client.SendAsync(RpcBlocks.Head(), token), cancellation);

    public Task<IReadOnlyList<ProviderAnswer<AccountsAtBlock>>> ReadEachAccountsAsync(
        long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation) =>
        _pool.AskEachAsync((client, token) => ReadAccountsAsync(client, blockNumber, accounts, token), cancellation);

    public async Task<AccountsAtBlock> ReadAccountsAsync(long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation)
    {
        if (_pool.Operators == 1)
        {
            return await _pool.RunPinnedAsync((client, token) => ReadAccountsAsync(client, blockNumber, accounts, token), cancellation);
        }

        var answers = await _pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var head = RpcChain.BlockNumber();
                var view = await ReadAccountsAsync(client, blockNumber, accounts, token, head);
                return new AtHead<AccountsAtBlock>(head.Value, view);
            },
            cancellation,
            isEnough: some => Agree(some) is not null);

        // Many nodes do not keep old states: then whom nobody contradicts is believed.
        return Agree(answers) ?? (answers.DistinctBy(answer => ContentOf(answer.Value)).Count() == 1
            ? answers[0].Value
            : throw new ChainUnavailableException(_pool.ChainId, $"chain {_pool.ChainId}: the providers contradict each other about block {blockNumber}"));

        AccountsAtBlock? Agree(IReadOnlyList<Told<AccountsAtBlock>> some) =>
            Quorum.Of([.. some.Select(one => one.Select(ContentOf))], _pool.Operators, out var agreed)
                ? some.First(one => ContentOf(one.Value) == agreed).Value
                : null;

        static string ContentOf(AccountsAtBlock view) => string.Join(' ', view.Accounts.Select(account => $"{account.Balance}/{account.Nonce}").Prepend(view.Block.Hash.ToString()));
    }

    public Task<IReadOnlyList<NativeTransfer>> ReadTransfersAsync(IReadOnlyList<long> blocks, Address to, CancellationToken cancellation) =>
        _pool.RunPinnedAsync<IReadOnlyList<NativeTransfer>>(
            async (client, token) =>
            {
                var found = new List<NativeTransfer>();
                foreach (var some in blocks.Chunk(BlocksInBatch))
                {
                    var calls = Array.ConvertAll(some, block => RpcBlocks.Transfers(block, to));
                    await client.SendAsync(calls, token);
                    found.AddRange(calls.SelectMany(call => call.Value));
                }

                return found;
            },
            cancellation);

    public async Task<IReadOnlyList<NativePayment>?> FindPaymentsAsync(
        IReadOnlyList<long> blocks, Address to, Func<IReadOnlyList<NativePayment>, Task<bool>> fitAsync, CancellationToken cancellation)
    {
        var lacking = new HashSet<RpcClient>();
        IReadOnlyList<NativePayment>? unfit = null;
        try
        {
            return await _pool.RunPinnedAsync<IReadOnlyList<NativePayment>>(
                async (client, token) =>
                {
                    try
                    {
                        var payments = await _traces.RunAsync(client, blocks, to, token);
                        if (await fitAsync(payments))
                        {
                            return payments;
                        }

                        unfit ??= payments;
                        throw new ProviderFaultException(ProviderFaultKind.Lacking, "has traces that do not explain the balances");
                    }
                    catch (ProviderFaultException fault) when (fault.Kind == ProviderFaultKind.Lacking)
                    {
                        lacking.Add(client);
                        throw;
                    }
                },
                cancellation);
        }
        catch (ChainUnavailableException) when (lacking.Count == _pool.Count)
        {
            return unfit; // Each said so itself.
        }
    }

    private static async Task<AccountsAtBlock> ReadAccountsAsync(
        RpcClient client, long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation, params RpcCall[] before)
    {
        var block = RpcBlocks.HeaderAt(blockNumber);
        var balances = accounts.Select(account => RpcAccounts.BalanceAt(account, blockNumber)).ToArray();
        var nonces = accounts.Select(account => RpcAccounts.NonceAt(account, blockNumber)).ToArray();
        await client.SendAsync([.. before, block, .. balances, .. nonces], cancellation);
        return block.Value.Number == blockNumber
            ? new AccountsAtBlock(block.Value, [.. balances.Zip(nonces, (balance, nonce) => new AccountState(balance.Value, nonce.Value))])
            : throw new ProviderFaultException(ProviderFaultKind.BadReply, $"gave block {block.Value.Number} for {blockNumber}");
    }
}
