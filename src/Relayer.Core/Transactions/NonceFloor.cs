using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Relayer.Core.Transactions;

/// <summary>Keeps every signer's next nonce at or above the chain's: a key that is used elsewhere moves it. Between the two nothing is left open.</summary>
/// <remarks>
/// Never lowers one. It takes two passes that agree to raise one, so that a single wrong answer of a provider does not open a gap.
/// </remarks>
internal sealed partial class NonceFloor(
    ChainSettings settings, IChainClient chain, Database database, TransactionStore store, NonceGaps gaps, ILogger<NonceFloor> logger)
{
    private Dictionary<Address, ulong> _last = [];

    /// <summary>One pass.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task RaiseAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        var nextNonces = await TransactionStore.ReadNextNoncesAsync(connection, settings.ChainId, cancellation);
        Address[] signers = [.. nextNonces.Keys];
        var now = signers.Zip(await chain.ReadNoncesAsync(signers, cancellation)).ToDictionary();
        (Address Address, ulong Nonce)[] agreed =
            [.. now.Select(signer => (signer.Key, Math.Min(signer.Value, _last.GetValueOrDefault(signer.Key))))];
        (Address, ulong)[] ahead =
        [
            .. now.Where(signer => _last.ContainsKey(signer.Key) && Math.Max(signer.Value, _last[signer.Key]) < nextNonces[signer.Key])
                .Select(signer => (signer.Key, Math.Max(signer.Value, _last[signer.Key]))),
        ];
        _last = now;

        (Address, ulong)[] behind = [.. agreed.Where(signer => signer.Nonce > nextNonces[signer.Address])];
        if (behind.Length > 0)
        {
            foreach (var address in await store.SyncSignersAsync(connection, settings.ChainId, behind, cancellation))
            {
                Log.Raised(logger, address, settings.ChainId, nextNonces[address], now[address]);
            }
        }

        await gaps.FillAsync(connection, ahead, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 221, Level = LogLevel.Error, Message = "Signer {Signer} on chain {ChainId} is used elsewhere: its next nonce was {Ours}, the chain's is {Chains}")]
        public static partial void Raised(ILogger logger, Address signer, ChainId chainId, ulong ours, ulong chains);
    }
}
