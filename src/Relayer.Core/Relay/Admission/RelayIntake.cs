using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Relay.Admission;

/// <summary>
/// The one write that accepts requests: signer, nonce, transaction, relay, quota and budgets together, or nothing. Requests at the same time share
/// it, and share transactions (<see cref="BatchPlanner"/>), known callers with one another and strangers with strangers; one alone is served at once.
/// </summary>
/// <remarks>The database has the last word on duplicates, nonces and quotas, however many instances write at once.</remarks>
internal sealed class RelayIntake
{
    private const int MaxGathered = 256;

    /// <summary>The same group written again after a deadlock; more than a few are a fault of the database, which the callers are told.</summary>
    private const int MaxDeadlocks = 5;

    /// <summary>What budgets have no room for is taken out of a group; others may take what was left meanwhile.</summary>
    private const int MaxLooks = 3;

    /// <summary>One place of so many of each signer.</summary>
    private const int KeptForKnown = 8;

    /// <summary>Room comes back with each block: so long it is waited for, together with whoever else waits, before the caller is told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly ChainEngine _engine;
    private readonly Storage.Database _database;
    private readonly BudgetStore _budgets;
    private readonly BudgetGate _gate;
    private readonly TimeProvider _time;
    private readonly SignerRotation _rotation = new();
    private readonly Coalescer<PendingRelay, IntakeOutcome> _writes;
    private readonly Coalescer<PendingRelay, IntakeOutcome> _writesOfKnown;

    public RelayIntake(ChainEngine engine, Storage.Database database, BudgetGate gate, TimeProvider time)
    {
        (_engine, _database, _gate, _time) = (engine, database, gate, time);
        _budgets = new BudgetStore(database);
        _writes = new Coalescer<PendingRelay, IntakeOutcome>(WriteAsync, MaxGathered);
        _writesOfKnown = new Coalescer<PendingRelay, IntakeOutcome>(WriteAsync, MaxGathered);
    }

    /// <summary>Records a request that passed the rules, and begins to send it.</summary>
    /// <param name="pendingRelay">The request.</param>
    /// <param name="cancellation">Stops the waiting, not the write.</param>
    /// <exception cref="NpgsqlException">The database is unavailable; whether the request was recorded is not known: post it again.</exception>
    public async Task<IntakeOutcome> AcceptAsync(PendingRelay pendingRelay, CancellationToken cancellation)
    {
        // Strangers may be many: whoever is known does not wait for the answer to theirs.
        var writes = pendingRelay.Candidate.Caller.IsKnown ? _writesOfKnown : _writes;
        var outcome = await writes.RunAsync(pendingRelay, cancellation);
        for (var began = _time.GetTimestamp(); outcome is IntakeOutcome.Full && _time.GetElapsedTime(began) < Patience;)
        {
            await Task.Delay(Pause, _time, cancellation);
            outcome = await writes.RunAsync(pendingRelay, cancellation);
        }

        return outcome is IntakeOutcome.Full
            ? new IntakeOutcome.Refused(new Refusal(RefusalCode.SignersExhausted, "No signer has room for another transaction.", RetryAfter: Soon))
            : outcome;
    }

    private async Task<IReadOnlyList<IntakeOutcome>> WriteAsync(IReadOnlyList<PendingRelay> pendingRelays, CancellationToken cancellation)
    {
        // The same request twice in one batch: the first is written, the others find it.
        var first = pendingRelays.DistinctBy(pendingRelay => pendingRelay.Candidate.Id);
        var outcomes = new Dictionary<Hash32, IntakeOutcome>(pendingRelays.Count);
        foreach (var group in first.GroupBy(pendingRelay => pendingRelay, SameSigners.Comparer))
        {
            // One user's side by side, in their order: whom the database objects to is then found quickly.
            PendingRelay[] waiting = [.. group.OrderBy(item => item.Candidate.Message.From).ThenBy(item => item.Candidate.Message.Nonce)];
            await WriteGroupAsync(waiting, outcomes, cancellation);
        }

        var told = new HashSet<Hash32>(outcomes.Count);
        return [.. pendingRelays.Select(pendingRelay => (outcomes[pendingRelay.Candidate.Id], told.Add(pendingRelay.Candidate.Id)) switch
        {
            (IntakeOutcome.Written, false) => new IntakeOutcome.AlreadyKnown(),
            var (outcome, _) => outcome,
        })];
    }

    /// <summary>All of them in one write; where the database objects to one, half by half, until only that one is refused.</summary>
    private async Task WriteGroupAsync(PendingRelay[] pendingRelays, Dictionary<Hash32, IntakeOutcome> outcomes, CancellationToken cancellation)
    {
        var limits = _engine.Settings.Batching;
        // The account that they were tried from; others where it has no room, which a contract that tells accounts apart might see.
        var (rest, signers) = (pendingRelays, pendingRelays[0].Payer is { } payer ? [payer] : _rotation.Next(pendingRelays[0].Signers));
        var (deadlocks, looks) = (0, 0);
        while (rest.Length > 0)
        {
            var relayBatches = BatchPlanner.Pack(rest, limits, () => Guid.CreateVersion7(_time.GetUtcNow()));
            try
            {
                var reserved = await WriteBatchesAsync(relayBatches, signers, cancellation);
                foreach (var (relayBatch, transaction) in relayBatches.Zip(reserved))
                {
                    Submit(relayBatch, transaction, outcomes);
                }

                rest = [.. relayBatches.Skip(reserved.Count).SelectMany(relayBatch => relayBatch.PendingRelays)];
                if (reserved.Count == 0 && signers.Count < pendingRelays[0].Signers.Count)
                {
                    signers = pendingRelays[0].Signers;
                    continue;
                }

                if (reserved.Count == 0 && relayBatches[0].PendingRelays.Count == 1)
                {
                    Settle(rest, new IntakeOutcome.Full(), outcomes);
                    return;
                }

                // No signer has room or money for the first: for fewer requests at once it may have.
                limits = reserved.Count > 0 ? limits : limits with { MaxRequests = relayBatches[0].PendingRelays.Count / 2 };
            }
            catch (PostgresException spent) when (BudgetSpent.Is(spent) && ++looks <= MaxLooks)
            {
                rest = await RefuseBeyondBudgetsAsync(rest, outcomes, cancellation);
            }
            catch (PostgresException objection) when (Refuse(objection, rest[0].Candidate) is { } outcome)
            {
                if (rest.Length == 1)
                {
                    Settle(rest, outcome, outcomes);
                    return;
                }

                await WriteHalvesAsync(rest, outcomes, cancellation);
                return;
            }
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected && ++deadlocks < MaxDeadlocks)
            {
                // The same requests at another instance, in another order: that one goes on, and this one then finds them.
            }
        }
    }

    /// <summary>Looks at the budgets and refuses what they have no room for, in order.</summary>
    /// <returns>The others.</returns>
    private async Task<PendingRelay[]> RefuseBeyondBudgetsAsync(
        PendingRelay[] pendingRelays, Dictionary<Hash32, IntakeOutcome> outcomes, CancellationToken cancellation)
    {
        var chainId = _engine.Settings.ChainId;
        Budget[] budgets = [.. pendingRelays.SelectMany(item => item.Candidate.Budgets).DistinctBy(budget => budget.Key)];
        var standings = (await _budgets.ReadAsync(chainId, budgets, cancellation)).ToDictionary(standing => standing.Budget.Key);

        // In a transaction with others it offers what the highest of them does.
        var price = pendingRelays.Max(item => item.Fees.MaxPrice);
        var left = new List<PendingRelay>(pendingRelays.Length);
        var full = new Dictionary<(BudgetScope, string), Budget>();
        foreach (var item in pendingRelays)
        {
            var amount = RelayHold.Of(item.Candidate, Guid.Empty, price).Amount;
            if (FindRefusal(item.Candidate) is { } refusal)
            {
                Settle([item], new IntakeOutcome.Refused(refusal), outcomes);
                continue;
            }

            left.Add(item);
            foreach (var budget in item.Candidate.Budgets)
            {
                standings[budget.Key] = standings[budget.Key].With(amount);
            }

            Refusal? FindRefusal(RelayCandidate candidate)
            {
                foreach (var budget in candidate.Budgets)
                {
                    if (standings[budget.Key].Refuse(chainId, amount) is { } objection)
                    {
                        _gate.Close(candidate, budget, objection);
                        full.TryAdd(budget.Key, budget);
                        return objection;
                    }
                }

                return null;
            }
        }

        if (full.Count > 0)
        {
            await _budgets.NoteRefusalAsync(chainId, [.. full.Values], cancellation);
        }

        return [.. left];
    }

    private async Task WriteHalvesAsync(PendingRelay[] pendingRelays, Dictionary<Hash32, IntakeOutcome> outcomes, CancellationToken cancellation)
    {
        var (first, second) = (pendingRelays[..(pendingRelays.Length / 2)], pendingRelays[(pendingRelays.Length / 2)..]);
        await WriteGroupAsync(first, outcomes, cancellation);

        // One user far beyond the quota must not cost everybody else a transaction for each of the refusals.
        var user = pendingRelays[0].Candidate.Message.From;
        var beyond = first.Select(pendingRelay => outcomes[pendingRelay.Candidate.Id])
            .FirstOrDefault(outcome => outcome is IntakeOutcome.Refused { Refusal.Code: RefusalCode.QuotaExceeded });
        if (beyond is not null && pendingRelays.All(pendingRelay => pendingRelay.Candidate.Message.From == user))
        {
            Settle(second, beyond, outcomes);
        }
        else
        {
            await WriteGroupAsync(second, outcomes, cancellation);
        }
    }

    /// <summary>One round trip; the database commits all of it or nothing.</summary>
    private async Task<IReadOnlyList<ReservedTransaction>> WriteBatchesAsync(
        IReadOnlyList<RelayBatch> relayBatches, IReadOnlyList<Address> signers, CancellationToken cancellation)
    {
        var reservation = _engine.Reserve(signers, [.. relayBatches.Select(relayBatch => relayBatch.Plan)], RoomFor(relayBatches[0].PendingRelays[0].Candidate));
        await using var connection = await _database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        reservation.AddTo(batch);
        RelayStore.AddInsert(
            batch, [.. relayBatches.SelectMany(relayBatch => relayBatch.PendingRelays.Select((pendingRelay, place) => new BatchItem(pendingRelay.Candidate, relayBatch.Plan.Id, place, relayBatch.Plan.Fees.MaxPrice)))]);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var reserved = await reservation.ReadAsync(rows, cancellation);
        while (await rows.NextResultAsync(cancellation))
        {
            // To the end: what the database objects to is said there, and the commit.
        }

        return reserved;
    }

    /// <summary>How many transactions of a signer may be under way with theirs. Strangers leave some to known callers, where anybody can be known.</summary>
    private int RoomFor(RelayCandidate one) => one.Caller.IsKnown || !one.Policy.HasKnownCallers
        ? _engine.Settings.MaxInFlight
        : _engine.Settings.MaxInFlight - (_engine.Settings.MaxInFlight / KeptForKnown);

    /// <summary>Recorded: from here on it is carried out, whether or not anybody still waits for it.</summary>
    private void Submit(RelayBatch relayBatch, ReservedTransaction reserved, Dictionary<Hash32, IntakeOutcome> outcomes)
    {
        CrashPoints.Pass(CrashPoints.RelayReserved);
        var submission = _engine.SubmitAsync(reserved, CancellationToken.None);
        Settle(relayBatch.PendingRelays, new IntakeOutcome.Written(reserved, submission), outcomes);
    }

    private static void Settle(IEnumerable<PendingRelay> pendingRelays, IntakeOutcome outcome, Dictionary<Hash32, IntakeOutcome> outcomes)
    {
        foreach (var pendingRelay in pendingRelays)
        {
            outcomes[pendingRelay.Candidate.Id] = outcome;
        }
    }

    private static IntakeOutcome? Refuse(PostgresException objection, RelayCandidate candidate) => objection switch
    {
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "relays_pkey" } => new IntakeOutcome.AlreadyKnown(),
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "relays_nonce" } => new IntakeOutcome.Refused(
            new Refusal(RefusalCode.NonceUsed, $"Nonce {candidate.Message.Nonce} is held by another request.")),
        { SqlState: PostgresErrorCodes.CheckViolation, TableName: "quota_usage", ConstraintName: var window } => new IntakeOutcome.Refused(
            new Refusal(RefusalCode.QuotaExceeded, "The user's share is used up.", RetryAfter: QuotaWindow.Rest(window, candidate.Now))),
        _ when BudgetSpent.Is(objection) => new IntakeOutcome.Refused(
            new Refusal(RefusalCode.BudgetSpent, "Others took what was left of a budget.", RetryAfter: Soon)),
        _ => null,
    };
}

/// <summary>Requests that the same accounts can carry, tried from the same one, go together.</summary>
file sealed class SameSigners : IEqualityComparer<PendingRelay>
{
    public static SameSigners Comparer { get; } = new();

    public bool Equals(PendingRelay? x, PendingRelay? y) =>
        x is not null && y is not null && x.Payer == y.Payer && (ReferenceEquals(x.Signers, y.Signers) || x.Signers.SequenceEqual(y.Signers));

    public int GetHashCode(PendingRelay obj) => HashCode.Combine(obj.Payer, obj.Signers.Count);
}

/// <summary>What the database said to a request.</summary>
internal abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>It is recorded; from now on it is carried out whatever happens.</summary>
    /// <param name="Reserved">The transaction that carries it, perhaps with others.</param>
    /// <param name="Submission">Its signing and sending, under way; it fails as <see cref="ChainEngine.SubmitAsync"/> does.</param>
    public sealed record Written(ReservedTransaction Reserved, Task<Submission> Submission) : IntakeOutcome;

    /// <summary>The same request was recorded by somebody else a moment ago.</summary>
    public sealed record AlreadyKnown : IntakeOutcome;

    /// <summary>No signer has room for it, or money; soon one may.</summary>
    public sealed record Full : IntakeOutcome;

    /// <summary>It was not recorded.</summary>
    public sealed record Refused(Refusal Refusal) : IntakeOutcome;
}
