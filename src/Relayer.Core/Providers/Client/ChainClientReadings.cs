using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;

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

    public Task<AccountsAtBlock> ReadAccountsAsync(long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation) =>
        _pool.RunPinnedAsync((client, token) => ReadAccountsAsync(client, blockNumber, accounts, token), cancellation);

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
        RpcClient client, long blockNumber, IReadOnlyList<Address> accounts, CancellationToken cancellation)
    {
        var block = RpcBlocks.HeaderAt(blockNumber);
        var balances = accounts.Select(account => RpcAccounts.BalanceAt(account, blockNumber)).ToArray();
        var nonces = accounts.Select(account => RpcAccounts.NonceAt(account, blockNumber)).ToArray();
        await client.SendAsync([block, .. balances, .. nonces], cancellation);
        return block.Value.Number == blockNumber
            ? new AccountsAtBlock(block.Value, [.. balances.Zip(nonces, (balance, nonce) => new AccountState(balance.Value, nonce.Value))])
            : throw new ProviderFaultException(ProviderFaultKind.BadReply, $"gave block {block.Value.Number} for {blockNumber}");
    }
}
