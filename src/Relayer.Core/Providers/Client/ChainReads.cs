using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>Reads of blocks and their contents: each in one batch with the head of the node that answers.</summary>
/// <param name="pool">The chain's providers.</param>
internal sealed class ChainReads(RpcPool pool)
{
    /// <inheritdoc cref="IChainClient.ReadHeadAsync"/>
    public Task<BlockHeader> ReadHeadAsync(CancellationToken cancellation) =>
        pool.RunAtHeadAsync(
            async (client, token) =>
            {
                var header = await client.SendAsync(RpcBlocks.Head(), token);
                return new AtHead<BlockHeader>(header.Number, header);
            },
            cancellation);

    /// <inheritdoc cref="IChainClient.ReadReceiptsAsync"/>
    public Task<ReceiptsAtHead> ReadReceiptsAsync(IReadOnlyList<Hash32> hashes, CancellationToken cancellation) =>
        pool.RunAtHeadAsync(
            async (client, token) =>
            {
                // The height first: a head that is a little old makes a receipt look less confirmed, never more.
                var head = RpcChain.BlockNumber();
                var receipts = hashes.Select(RpcTransactions.Receipt).ToArray();
                await client.SendAsync([head, .. receipts], token);

                // One that cannot be read is that one's matter: the others are told.
                var unread = receipts.Select((receipt, i) => (Place: i, Why: receipt.Error?.Message ?? receipt.Fault?.Message))
                    .Where(item => item.Why is not null).ToDictionary(item => item.Place, item => item.Why!);
                var read = receipts.Select((receipt, i) => unread.ContainsKey(i) ? null : receipt.Value).ToArray();
                var height = Math.Max(head.Value, read.Max(receipt => receipt?.BlockNumber) ?? 0);
                return new AtHead<ReceiptsAtHead>(height, new ReceiptsAtHead(height, read) { Unread = unread });
            },
            cancellation);

    /// <inheritdoc cref="IChainClient.ReadNoncesAsync"/>
    public async Task<IReadOnlyList<ulong>> ReadNoncesAsync(IReadOnlyList<Address> accounts, CancellationToken cancellation)
    {
        var answers = await pool.AskAllAtHeadAsync(
            async (client, token) =>
            {
                var head = RpcChain.BlockNumber();
                var nonces = accounts.Select(RpcAccounts.Nonce).ToArray();
                await client.SendAsync([head, .. nonces], token);
                return new AtHead<ulong[]>(head.Value, [.. nonces.Select(nonce => nonce.Value)]);
            },
            cancellation);
        return [.. accounts.Select((_, i) => NonceAgreement.Of([.. answers.Select(answer => answer.Select(nonces => nonces[i]))], pool.Operators))];
    }

    /// <inheritdoc cref="IChainClient.ReadLogsAsync"/>
    public Task<LogsOutcome> ReadLogsAsync(LogFilter filter, CancellationToken cancellation) =>
        pool.RunAtHeadAsync<LogsOutcome>(
            async (client, token) =>
            {
                // The height first: what the node had when it looked for the logs is at least this.
                var (head, logs) = (RpcChain.BlockNumber(), RpcLogs.Logs(filter));
                try
                {
                    await client.SendAsync([head, logs], token);
                }
                catch (ProviderFaultException fault) when (fault.Kind == ProviderFaultKind.Oversized)
                {
                    var tooMany = new NodeError(NodeErrorKind.TooManyResults, 0, fault.Message);
                    return new AtHead<LogsOutcome>(head.Value, new LogsOutcome.TooMany(tooMany));
                }

                if (head.Value < filter.ToBlock)
                {
                    throw new ProviderFaultException(
                        ProviderFaultKind.Lagging, $"is at block {head.Value}, before the end of the range at {filter.ToBlock}");
                }

                return new AtHead<LogsOutcome>(head.Value, logs.Error is { Kind: NodeErrorKind.TooManyResults } error
                    ? new LogsOutcome.TooMany(error)
                    : new LogsOutcome.Found(head.Value, logs.Value));
            },
            cancellation);

    /// <inheritdoc cref="IChainClient.ReadBlocksAsync"/>
    public Task<BlocksAtHead> ReadBlocksAsync(IReadOnlyList<BlockRef> blocks, CancellationToken cancellation) =>
        pool.RunAtHeadAsync(
            async (client, token) =>
            {
                var head = RpcChain.BlockNumber();
                var headers = blocks.Select(RpcBlocks.Block).ToArray();
                await client.SendAsync([head, .. headers], token);
                var read = headers.Select(header => header.Value).ToArray();
                var height = Math.Max(head.Value, read.Max(header => header?.Number) ?? 0);
                return new AtHead<BlocksAtHead>(height, new BlocksAtHead(height, read));
            },
            cancellation);

    /// <inheritdoc cref="IChainClient.ReadCodeAsync"/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadCodeAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellation) =>
        accounts.Count == 0
            ? []
            : [.. (await AskAsync([.. accounts.Select(account => RpcAccounts.Code(account, at))], at, cancellation)).Select(code => (ReadOnlyMemory<byte>)code.Value)];

    /// <inheritdoc cref="IChainClient.ReadBalancesAsync"/>
    public async Task<IReadOnlyList<Wei>> ReadBalancesAsync(IReadOnlyList<Address> accounts, CancellationToken cancellation) =>
        accounts.Count == 0
            ? []
            : [.. (await AskAsync([.. accounts.Select(RpcAccounts.Balance)], BlockRef.Latest, cancellation)).Select(balance => balance.Value)];

    /// <summary>
    /// Calls about the state after a block. Unless it is named by its hash, they come with the height of the node that answers, which must have the block, and
    /// not be behind.
    /// </summary>
    /// <returns>The calls, with their answers or refusals; none that the node could not run.</returns>
    /// <exception cref="ChainUnavailableException">Nobody gave an answer to believe.</exception>
    public Task<RpcCall<T>[]> AskAsync<T>(RpcCall<T>[] calls, BlockRef at, CancellationToken cancellation) => at.Hash is not null
        ? pool.RunPinnedAsync(
            async (client, token) =>
            {
                await client.SendAsync(calls, token);
                return Answered(calls);
            },
            cancellation)
        : pool.RunAtHeadAsync(
            async (client, token) =>
            {
                var lowest = long.MaxValue;
                foreach (var some in calls.Chunk(RpcClient.MaxBatch - 1))
                {
                    // The height first, in each body: what is read after it is of that block or a later one.
                    var head = RpcChain.BlockNumber();
                    await client.SendAsync([head, .. some], token);
                    lowest = Math.Min(lowest, head.Value);
                }

                return lowest < at.Number
                    ? throw new ProviderFaultException(ProviderFaultKind.Lagging, $"is at block {lowest}, before {at.Number}")
                    : new AtHead<RpcCall<T>[]>(lowest, Answered(calls));
            },
            cancellation);

    // What cannot be used, or what the node has not the state for, another one may have.
    private static RpcCall<T>[] Answered<T>(RpcCall<T>[] calls)
    {
        foreach (var call in calls)
        {
            if (call.Fault is { } fault)
            {
                throw fault;
            }

            if (call.Error is { Kind: NodeErrorKind.Unsupported } lacking)
            {
                throw new ProviderFaultException(ProviderFaultKind.Lacking, $"{call.Method} was refused: {lacking.Message}");
            }
        }

        return calls;
    }
}
