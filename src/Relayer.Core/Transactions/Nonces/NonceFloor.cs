using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Transactions.Nonces;

/// <summary>
/// Keeps every signer's next nonce at or above the chain's: a key that is used elsewhere moves it. What stands open above the chain's is
/// the <see cref="GapFiller"/>'s.
/// </summary>
/// <remarks>It takes two passes that agree to raise one, so that a single wrong answer of a provider does not open a gap.</remarks>
internal sealed partial class NonceFloor(
    ChainSettings settings, IChainClient chain, Database database, TransactionStore store, GapFiller gaps, ILogger<NonceFloor> logger)
{
    private Dictionary<Address, ulong> _last = [];

    /// <summary>One pass.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task KeepAsync(CancellationToken cancellation)
    {
        var nextNonces = await ReadOursAsync(cancellation);
        Address[] signers = [.. nextNonces.Keys];
        var now = signers.Zip(await chain.ReadNoncesAsync(signers, cancellation)).ToDictionary();
        (Address Address, ulong Nonce)[] agreed =
            [.. now.Select(signer => (signer.Key, Math.Min(signer.Value, _last.GetValueOrDefault(signer.Key))))];
        (Address, ulong)[] open = [.. now
            .Select(signer => (signer.Key, Nonce: Math.Max(signer.Value, _last.GetValueOrDefault(signer.Key))))
            .Where(signer => signer.Nonce < nextNonces[signer.Key])];
        _last = now;
        await RaiseAsync(nextNonces, agreed, cancellation);
        await gaps.LookAsync(open, cancellation);
    }

    /// <summary>Gives an account that has no row yet one, which begins at the chain's nonce.</summary>
    public async Task IntroduceAsync(Address account, CancellationToken cancellation)
    {
        if ((await ReadOursAsync(cancellation)).ContainsKey(account))
        {
            return;
        }

        var nonce = (await chain.ReadNoncesAsync([account], cancellation))[0];
        await using var connection = await database.OpenAsync(cancellation);
        await store.SyncSignersAsync(connection, settings.ChainId, [(account, nonce)], cancellation);
    }

    private async Task<IReadOnlyDictionary<Address, ulong>> ReadOursAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await TransactionStore.ReadNextNoncesAsync(connection, settings.ChainId, cancellation);
    }

    private async Task RaiseAsync(
        IReadOnlyDictionary<Address, ulong> nextNonces, (Address Address, ulong Nonce)[] agreed, CancellationToken cancellation)
    {
        (Address, ulong)[] behind = [.. agreed.Where(signer => signer.Nonce > nextNonces[signer.Address])];
        if (behind.Length == 0)
        {
            return;
        }

        await using var connection = await database.OpenAsync(cancellation);
        foreach (var address in await store.SyncSignersAsync(connection, settings.ChainId, behind, cancellation))
        {
            Log.Raised(logger, address, settings.ChainId, nextNonces[address], agreed.First(signer => signer.Address == address).Nonce);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 221, Level = LogLevel.Error, Message = "Signer {Signer} on chain {ChainId} is used elsewhere: its next nonce was {Ours}, the chain's is {Chains}")]
        public static partial void Raised(ILogger logger, Address signer, ChainId chainId, ulong ours, ulong chains);
    }
}
