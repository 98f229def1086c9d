using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Hands an action to the engine. Nonce, budget, work and decision are one database transaction: all of them or nothing.</summary>
/// <remarks>
/// However many instances try, one of them moves the work from open to sent; the others find it moved, and nothing of theirs stays.
/// From the commit on the engine carries the transaction out, whatever happens to this process.
/// </remarks>
internal sealed class KeeperSender(Database database, TimeProvider time)
{
    /// <summary>Sends, or says why not.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was recorded is not known, and need not be.</exception>
    /// <exception cref="Keys.SignerUnavailableException">The key cannot be had now. What was recorded is carried out later.</exception>
    public async Task<SendResult> SendAsync(
        ChainEngine engine, string keeper, KeeperLimits limits, KeeperAction action, Quote quote, IReadOnlyList<Address> signers,
        CancellationToken cancellation)
    {
        // What is signed has the gas for its data on top, and is charged for data that is charged apart.
        var data = quote.Data.Of(action.Data.Length);
        var (gas, expected, beside) = (action.GasLimit + data.Gas, action.ExpectedGas + data.Gas, action.Value + data.Fee);
        var cost = (quote.ExpectedPrice * expected) + beside;
        if (LossPlan.Refuse(cost, action.Reward, limits) is { } refusal)
        {
            return new SendResult.Refused(refusal, $"some {cost} wei for {action.Reward} wei");
        }

        // The day counts it as if it were replaced as far as it may be, and took all of its gas.
        var cap = LossPlan.FeeCap(quote.Fees!.MaxPrice, expected, beside, action.Reward, limits);
        var plan = new TransactionPlan(
            Guid.CreateVersion7(), keeper, action.To, action.Value, action.GasLimit, action.Data, quote.Fees, action.ExpiresAt, FeeCap: cap)
        {
            DataCost = data,
        };
        var worst = (cap * gas) + beside;
        var (reserved, result) = await RecordAsync(engine, keeper, limits, action, plan, worst, signers, cancellation);
        return reserved is null
            ? result
            : new SendResult.Sent(reserved.Plan.Id, (await engine.SubmitAsync(reserved, cancellation)).Hash);
    }

    private async Task<(ReservedTransaction? Reserved, SendResult Result)> RecordAsync(
        ChainEngine engine, string keeper, KeeperLimits limits, KeeperAction action, TransactionPlan plan, Wei worst,
        IReadOnlyList<Address> signers, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var reserved = await engine.ReserveAsync(connection, signers, [plan], cancellation);
        if (reserved.Count == 0)
        {
            return (null, new SendResult.Refused(KeeperReasons.SignersExhausted, null));
        }

        var chainId = engine.Settings.ChainId;
        if (await ClaimAsync(connection, keeper, chainId, action.Works, plan.Id, cancellation) < action.Works.Count)
        {
            return (null, new SendResult.TakenElsewhere());
        }

        // The budget last: its row is shared by all of the lane's, and the engine's own writes lock it last too.
        if (!await HoldAsync(connection, keeper, chainId, limits, plan.Id, worst, action.Works, cancellation))
        {
            return (null, new SendResult.Refused(
                KeeperReasons.BudgetSpent, $"at most {worst} wei, of {limits.MaxLossPerDay} wei a day"));
        }

        CrashPoints.Pass(CrashPoints.KeeperHeld);
        await transaction.CommitAsync(cancellation);
        CrashPoints.Pass(CrashPoints.KeeperReserved);
        return (reserved[0], new SendResult.Sent(plan.Id, null));
    }

    private async Task<int> ClaimAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, IReadOnlyList<KeeperWork> works, Guid transaction,
        CancellationToken cancellation)
    {
        KeeperWork[] ordered = [.. works.OrderBy(work => work.Id.ToString(), StringComparer.Ordinal)];
        await using var command = KeeperStore.Command(connection, KeeperSql.Claim, keeper, chainId);
        command.Parameters.Add(Columns.ManyBytes(ordered.Select(work => work.Id.ToArray())));
        command.Parameters.Add(Columns.Ints(ordered.Select(work => work.Version)));
        command.Parameters.Add(Columns.Id(transaction));
        command.Parameters.Add(Columns.Time(time.GetUtcNow()));
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<bool> HoldAsync(
        NpgsqlConnection connection, string keeper, ChainId chainId, KeeperLimits limits, Guid transaction, Wei worst,
        IReadOnlyList<KeeperWork> works, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        await using var hold = KeeperStore.Command(connection, KeeperSql.Hold, keeper, chainId);
        hold.Parameters.Add(Columns.Text(limits.Lane));
        hold.Parameters.Add(Columns.Day(day));
        hold.Parameters.Add(Columns.Number(worst));
        hold.Parameters.Add(Columns.Number(limits.MaxLossPerDay));
        if (await hold.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await using var record = new NpgsqlCommand(KeeperSql.RecordSend, connection);
        record.Parameters.Add(Columns.Id(transaction));
        record.Parameters.Add(Columns.Text(keeper));
        record.Parameters.Add(Columns.Long(chainId.Value));
        record.Parameters.Add(Columns.Text(limits.Lane));
        record.Parameters.Add(Columns.Day(day));
        record.Parameters.Add(Columns.Number(worst));
        record.Parameters.Add(Columns.Time(now));
        record.Parameters.Add(Columns.ManyBytes(works.Select(work => work.Id.ToArray())));
        await record.ExecuteNonQueryAsync(cancellation);
        return true;
    }
}

/// <summary>What became of an action.</summary>
internal abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>It is recorded and on its way.</summary>
    /// <param name="TransactionId">Its id in the ledger.</param>
    /// <param name="Hash">The first attempt's hash; <see langword="null"/> before it is signed.</param>
    public sealed record Sent(Guid TransactionId, Hash32? Hash) : SendResult;

    /// <summary>Another instance has it.</summary>
    public sealed record TakenElsewhere : SendResult;

    /// <summary>It is not sent.</summary>
    public sealed record Refused(string Reason, string? Detail) : SendResult;

    /// <summary>The keeper's own code could not: a try without effect.</summary>
    public sealed record Failed(string Reason, string? Detail) : SendResult;
}
