using Npgsql;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>What operators may ask of one transaction: to be mined sooner, or not at all.</summary>
internal sealed class Interventions(
    ChainSettings settings, Replacer replacer, Submitter submitter, Database database, TimeProvider time)
{
    /// <summary>Somebody else may be at the same transaction: then it is read again.</summary>
    private const int Tries = 3;

    /// <summary>The same wish again within so long is the same wish.</summary>
    private static readonly TimeSpan SameWish = TimeSpan.FromSeconds(5);

    /// <summary>As <see cref="ChainEngine.SpeedUpAsync"/>.</summary>
    public async Task<ReplacementOutcome> SpeedUpAsync(Guid id, CancellationToken cancellation)
    {
        for (var i = 0; i < Tries; i++)
        {
            if (await FindAsync(id, cancellation) is not { IsInFlight: true } open)
            {
                return await EndAsync(id, isCancel: false, cancellation);
            }

            if (open.State is TransactionState.Reserved)
            {
                var submission = await submitter.SubmitAsync(open.Reserved, cancellation);
                return new ReplacementOutcome.Done(submission.Hash, open.Reserved.Plan.Fees);
            }

            if (open.Attempts.Count > 1 && time.GetUtcNow() - open.AttemptedAt < SameWish)
            {
                return new ReplacementOutcome.Done(open.Attempts[^1].Hash, open.Reserved.Plan.Fees);
            }

            var (fees, attempt) = await replacer.ReplaceNowAsync(open, null, cancellation);
            if (fees is null)
            {
                return new ReplacementOutcome.AtCap(open.Reserved.Plan.Fees);
            }

            if (attempt is not null)
            {
                return new ReplacementOutcome.Done(attempt.Hash, fees);
            }
        }

        return new ReplacementOutcome.Recorded();
    }

    /// <summary>As <see cref="ChainEngine.CancelAsync"/>.</summary>
    public async Task<ReplacementOutcome> CancelAsync(Guid id, CancellationToken cancellation)
    {
        await using (var connection = await database.OpenAsync(cancellation))
        {
            await ReplacementSql.RequestCancel(settings.ChainId, id, CancelReason.Cancelled, time.GetUtcNow()).RunAsync(connection, cancellation);
        }

        for (var i = 0; i < Tries; i++)
        {
            if (await FindAsync(id, cancellation) is not { IsInFlight: true } open)
            {
                return await EndAsync(id, isCancel: true, cancellation);
            }

            if (open.IsClosing)
            {
                return open.CappedAt is null
                    ? new ReplacementOutcome.Done(open.Attempts[^1].Hash, open.Reserved.Plan.Fees)
                    : new ReplacementOutcome.AtCap(open.Reserved.Plan.Fees);
            }

            try
            {
                var (fees, attempt) = await replacer.ReplaceNowAsync(open, CancelReason.Cancelled, cancellation);
                if (attempt is not null)
                {
                    return fees is null && open.Attempts.Count > 0
                        ? new ReplacementOutcome.AtCap(open.Reserved.Plan.Fees)
                        : new ReplacementOutcome.Done(attempt.Hash, fees ?? open.Reserved.Plan.Fees);
                }
            }
            catch (Exception away) when (away is ChainUnavailableException or SignerUnavailableException)
            {
                break; // On record: the next pass that finds both available carries it out.
            }
        }

        return new ReplacementOutcome.Recorded();
    }

    private async Task<OpenTransaction?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        return await TransactionStore.FindOpenAsync(connection, settings.ChainId, id, cancellation);
    }

    /// <summary>What is said of a transaction whose nonce is no longer in flight.</summary>
    private async Task<ReplacementOutcome> EndAsync(Guid id, bool isCancel, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { ReplacementSql.FindEnd(settings.ChainId, id) } };
        return await batch.ReadFirstOrDefaultAsync(row => ReadEnd(row, isCancel), cancellation) ?? new ReplacementOutcome.NotFound();
    }

    private static ReplacementOutcome ReadEnd(NpgsqlDataReader row, bool isCancel)
    {
        var state = row.GetEnum<TransactionStateKind>(0);
        return isCancel && state == TransactionStateKind.Cancelled
            ? new ReplacementOutcome.Done(row.GetHash(1), FeeColumns.Read(row.GetWei(2), row.GetWeiOrNull(3)))
            : new ReplacementOutcome.TooLate(state.Name());
    }
}
