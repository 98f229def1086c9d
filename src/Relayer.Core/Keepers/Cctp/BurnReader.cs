using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Looks on the sources whether burns are still there.</summary>
internal sealed partial class BurnReader(IChainClientFactory chains, ILogger<BurnReader> logger)
{
    /// <summary>Those of <paramref name="burns"/> that a reorg took back; a source that does not answer tells of none.</summary>
    public async Task<IReadOnlySet<DueBurn>> FindGoneAsync(IReadOnlyList<DueBurn> burns, CancellationToken cancellation)
    {
        var gone = new HashSet<DueBurn>();
        foreach (var group in burns.GroupBy(burn => burn.Details.SourceChain))
        {
            var source = new ChainId(group.Key);
            try
            {
                DueBurn[] asked = [.. group];
                var receipts = await chains.Get(source).ReadReceiptsAsync([.. asked.Select(burn => burn.Details.TransactionHash)], cancellation);
                gone.UnionWith(asked.Where((burn, i) => !IsThere(burn, receipts.Receipts[i])));
            }
            catch (Exception away) when (away is ChainUnavailableException or KeyNotFoundException)
            {
                Log.Unavailable(logger, source, away);
            }
        }

        return gone;
    }

    private static bool IsThere(DueBurn burn, TransactionReceipt? receipt) => receipt is { Succeeded: true } && receipt.Logs.Any(
        log => log.Topics.Count == 1 && log.Topics[0] == Typed.Topic<MessageSentEvent>() && log.Data.Span.IndexOf(burn.Message.Bytes) >= 0);

    private static partial class Log
    {
        [LoggerMessage(EventId = 420, Level = LogLevel.Warning, Message = "Whether burns on chain {ChainId} are still there cannot be seen")]
        public static partial void Unavailable(ILogger logger, ChainId chainId, Exception exception);
    }
}
