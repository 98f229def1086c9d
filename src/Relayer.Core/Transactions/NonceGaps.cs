using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions;

/// <summary>Fills nonces that nobody holds: a foreign transaction passed them over, and a reorg took it back. Later ones would wait for ever.</summary>
/// <remarks>Safe in several instances at once. A self-send that is reserved here is carried on like every other transaction.</remarks>
internal sealed partial class NonceGaps(ChainSettings settings, IChainClient chain, TransactionStore store, ILogger<NonceGaps> logger)
{
    /// <summary>The ledger's name for these self-sends; no feature is told of them.</summary>
    public const string Purpose = "gap";

    /// <summary>Nonces looked at in one pass, for each signer: a node that is wrong about one must not cost thousands.</summary>
    private const int Most = 64;

    /// <summary>One pass.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="signers">Signers whose next nonce is above the chain's, with the chain's.</param>
    /// <param name="cancellation">Stops the pass.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task FillAsync(
        NpgsqlConnection connection, IReadOnlyList<(Address Address, ulong ChainNonce)> signers, CancellationToken cancellation)
    {
        if (signers.Count == 0)
        {
            return;
        }

        var gaps = await TransactionStore.FindGapsAsync(connection, settings.ChainId, signers, Most, cancellation);
        if (gaps.Count > 0 && FeePlan.For(await chain.ReadFeeMarketAsync(cancellation), settings.Fees) is { } fees)
        {
            await store.FillGapsAsync(connection, settings.ChainId, gaps, fees, cancellation);
            foreach (var (signer, nonce) in gaps)
            {
                Log.Filled(logger, nonce, signer, settings.ChainId);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 222, Level = LogLevel.Error, Message = "Nobody holds nonce {Nonce} of {Signer} on chain {ChainId}: filling it with a self-send")]
        public static partial void Filled(ILogger logger, ulong nonce, Address signer, ChainId chainId);
    }
}
