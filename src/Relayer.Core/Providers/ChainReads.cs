using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>Reads of blocks and their contents: each in one batch with the head of the node that answers.</summary>
/// <param name="pool">The chain's providers.</param>
internal sealed class ChainReads(RpcPool pool)
{
    /// <inheritdoc cref="IChainClient.ReadLogsAsync"/>
    public Task<LogsOutcome> ReadLogsAsync(LogFilter filter, CancellationToken cancellation) =>
        pool.RunAsync<LogsOutcome>(
            async (client, token) =>
            {
                // The height first: what the node had when it looked for the logs is at least this.
                var (head, logs) = (RpcJson.BlockNumber(), RpcJson.Logs(filter));
                try
                {
                    await client.SendAsync([head, logs], token);
                }
                catch (ProviderFaultException fault) when (fault.Kind == ProviderFaultKind.Oversized)
                {
                    return new LogsOutcome.TooMany(new NodeError(NodeErrorKind.TooManyResults, 0, fault.Message));
                }

                if (head.Value < filter.ToBlock)
                {
                    throw new ProviderFaultException(
                        ProviderFaultKind.Lagging, $"is at block {head.Value}, before the end of the range at {filter.ToBlock}");
                }

                return logs.Error is { Kind: NodeErrorKind.TooManyResults } error
                    ? new LogsOutcome.TooMany(error)
                    : new LogsOutcome.Found(head.Value, logs.Value);
            },
            cancellation);

    /// <inheritdoc cref="IChainClient.ReadBlocksAsync"/>
    public Task<BlocksAtHead> ReadBlocksAsync(IReadOnlyList<BlockRef> blocks, CancellationToken cancellation) =>
        pool.RunAsync(
            async (client, token) =>
            {
                var head = RpcJson.BlockNumber();
                var headers = blocks.Select(RpcJson.Block).ToArray();
                await client.SendAsync([head, .. headers], token);
                var read = headers.Select(header => header.Value).ToArray();
                return new BlocksAtHead(Math.Max(head.Value, read.Max(header => header?.Number) ?? 0), read);
            },
            cancellation);

    /// <inheritdoc cref="IChainClient.ReadCodeAsync"/>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadCodeAsync(
        IReadOnlyList<Address> accounts, BlockRef at, CancellationToken cancellation) =>
        pool.RunAsync<IReadOnlyList<ReadOnlyMemory<byte>>>(
            async (client, token) =>
            {
                var codes = accounts.Select(account => RpcJson.Code(account, at)).ToArray();
                await client.SendAsync(codes, token);
                return [.. codes.Select(code => (ReadOnlyMemory<byte>)code.Value)];
            },
            cancellation);
}
