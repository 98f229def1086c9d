using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Nonces;

/// <summary>
/// Closes what stands open between the chain's nonce and ours: a foreign transaction that a reorg took back, a counter that ran ahead,
/// a reorg deeper than what was trusted. Without it everything later of that signer would wait indefinitely.
/// </summary>
/// <remarks>
/// Believes only what two looks in a row show. Everything is recorded before it is sent, under the lock that reservations take. For one
/// caller at a time in each instance; several instances are safe.
/// </remarks>
internal sealed partial class GapFiller(
    ChainSettings settings, FeeAndBalanceCache cache, IChainClient chain, Submitter submitter, Database database, TimeProvider time, ILogger<GapFiller> logger)
{
    /// <summary>Nonces looked at above the chain's. Beyond it nothing is held up that is not held up below.</summary>
    private const int Span = 256;

    /// <summary>Nonces filled at once: a counter far ahead is filled step by step, and an operator has time to see it.</summary>
    private const int AtOnce = 16;

    private HashSet<(Address Signer, ulong Nonce)> _seen = [];

    /// <summary>One look.</summary>
    /// <param name="behind">Signers whose nonce on the chain is below our next one, with the chain's.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task LookAsync(IReadOnlyList<(Address Signer, ulong Nonce)> behind, CancellationToken cancellation)
    {
        var gaps = behind.Count == 0 ? [] : await FindAsync(behind, cancellation);
        Gap[] believed = [.. gaps.Where(gap => _seen.Contains((gap.Signer, gap.Nonce)))];
        _seen = [.. gaps.Select(gap => (gap.Signer, gap.Nonce))];
        foreach (var signer in believed.GroupBy(gap => gap.Signer))
        {
            await HealAsync(signer.Key, behind.First(item => item.Signer == signer.Key).Nonce, [.. signer.Take(AtOnce)], cancellation);
        }
    }

    private async Task<List<Gap>> FindAsync(IReadOnlyList<(Address Signer, ulong Nonce)> behind, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { GapSql.Find(settings.ChainId, behind, Span) } };
        return await batch.ReadListAsync(row => new Gap(
            row.GetAddress(0), (ulong)row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2),
            row.GetEnumOrNull<TransactionStateKind>(3)), cancellation);
    }

    private async Task HealAsync(Address signer, ulong chainNonce, Gap[] gaps, CancellationToken cancellation)
    {
        var fees = FeePlan.For(await chain.ReadFeeMarketAsync(cancellation), cache.Floor.Limits, settings.Speed);
        var noops = new List<ReservedTransaction>();
        await using (var connection = await database.OpenAsync(cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await TransactionStore.LockSigners(settings.ChainId, [signer]).RunAsync(connection, cancellation);
            if (await GapSql.Lower(settings.ChainId, signer, chainNonce, time.GetUtcNow()).RunAsync(connection, cancellation) > 0)
            {
                Log.Lowered(logger, signer, settings.ChainId, chainNonce);
            }

            foreach (var gap in gaps.Where(gap => gap.IsDisplaced))
            {
                await GapSql.Reopen(gap.Id!.Value, time.GetUtcNow()).RunAsync(connection, cancellation);
                Log.Filled(logger, gap.Nonce, signer, settings.ChainId);
            }

            // Above the cap nothing would be mined: the next look tries again.
            foreach (var gap in gaps.Where(gap => gap.Id is null))
            {
                if (fees is not null && Noop(gap, fees) is var noop
                    && await GapSql.Insert(noop, time.GetUtcNow()).RunAsync(connection, cancellation) > 0)
                {
                    noops.Add(noop);
                    Log.Filled(logger, gap.Nonce, signer, settings.ChainId);
                }
            }

            await transaction.CommitAsync(cancellation);
        }

        await SubmitAsync(noops, cancellation);
        await SendMinedAgainAsync(signer, [.. gaps.Where(gap => gap.WasMined)], cancellation);
    }

    private ReservedTransaction Noop(Gap gap, Ethereum.Tx.TransactionFees fees) => new(
        settings.ChainId, gap.Signer, gap.Nonce, new TransactionPlan(
            Guid.CreateVersion7(time.GetUtcNow()), TransactionPlan.NoopPurpose, gap.Signer, Wei.Zero,
            ReservedTransaction.NoopGas + cache.Data.Of(0).Gas, ReadOnlyMemory<byte>.Empty, fees));

    private async Task SubmitAsync(List<ReservedTransaction> noops, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(noops.Select(noop => submitter.SubmitAsync(noop, cancellation)));
        }
        catch (SignerUnavailableException unavailable)
        {
            Log.NoKey(logger, settings.ChainId, unavailable.Message); // Recorded: the confirmer signs it once the key is available.
        }
    }

    /// <summary>
    /// A reorg deeper than was waited for. The very bytes that were mined fill their nonce, and do again what was reported as done.
    /// </summary>
    private async Task SendMinedAgainAsync(Address signer, Gap[] mined, CancellationToken cancellation)
    {
        if (mined.Length == 0)
        {
            return;
        }

        Log.DeepReorg(logger, mined.Length, signer, settings.ChainId, mined[0].Nonce);
        await chain.SendRawAsync(await ReadMinedAsync(mined, cancellation), cancellation);
    }

    private async Task<List<ReadOnlyMemory<byte>>> ReadMinedAsync(Gap[] mined, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { GapSql.FindMined(mined.Select(gap => gap.Id!.Value)) } };
        return await batch.ReadListAsync(row => (ReadOnlyMemory<byte>)row.GetFieldValue<byte[]>(0), cancellation);
    }

    /// <summary>A nonce that nothing under way holds, and the final record that did, if any.</summary>
    private sealed record Gap(Address Signer, ulong Nonce, Guid? Id, TransactionStateKind? State)
    {
        public bool IsDisplaced => State == TransactionStateKind.NonceUsedExternally;

        public bool WasMined => State is not null && !IsDisplaced;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 222, Level = LogLevel.Error, Message = "Nobody holds nonce {Nonce} of {Signer} on chain {ChainId}: a noop fills it")]
        public static partial void Filled(ILogger logger, ulong nonce, Address signer, ChainId chainId);

        [LoggerMessage(EventId = 223, Level = LogLevel.Error, Message = "The next nonce of {Signer} on chain {ChainId} had run ahead and is lowered; the chain's is {Chains}")]
        public static partial void Lowered(ILogger logger, Address signer, ChainId chainId, ulong chains);

        [LoggerMessage(EventId = 224, Level = LogLevel.Critical, Message = "{Count} confirmed transactions of {Signer} on chain {ChainId}, from nonce {Nonce} on, are gone from it: a reorg deeper than Confirmations. They are sent again")]
        public static partial void DeepReorg(ILogger logger, int count, Address signer, ChainId chainId, ulong nonce);

        [LoggerMessage(EventId = 225, Level = LogLevel.Error, Message = "A nonce on chain {ChainId} cannot be filled yet: its signing key is unavailable: {Reason}")]
        public static partial void NoKey(ILogger logger, ChainId chainId, string reason);
    }
}
