using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay;

/// <summary>
/// The one write that accepts requests: signer, nonce, transaction, relay and quota together, or nothing. Requests at the same time share it.
/// </summary>
/// <remarks>The database has the last word on duplicates, nonces and quotas, however many instances write at once.</remarks>
internal sealed class RelayIntake
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly ChainEngine _engine;
    private readonly Storage.Database _database;
    private readonly Coalescer<Entry, IntakeOutcome> _writes;

    public RelayIntake(ChainEngine engine, Storage.Database database)
    {
        (_engine, _database) = (engine, database);
        _writes = new Coalescer<Entry, IntakeOutcome>(WriteAsync, maxBatch: 128);
    }

    /// <summary>Records a request that passed the rules.</summary>
    /// <param name="candidate">The request.</param>
    /// <param name="plan">The transaction that is to carry it.</param>
    /// <param name="signers">The accounts that may send it.</param>
    /// <param name="cancellation">Stops the waiting, not the write.</param>
    /// <exception cref="NpgsqlException">The database is away; whether the request was recorded is not known: post it again.</exception>
    public Task<IntakeOutcome> AcceptAsync(
        RelayCandidate candidate, TransactionPlan plan, IReadOnlyList<Address> signers, CancellationToken cancellation) =>
        _writes.RunAsync(new Entry(candidate, plan, signers), cancellation);

    private async Task<IReadOnlyList<IntakeOutcome>> WriteAsync(IReadOnlyList<Entry> entries, CancellationToken cancellation)
    {
        var outcomes = new IntakeOutcome[entries.Count];
        var places = entries.Select((entry, place) => (entry, place)).ToArray();

        // The same request twice in one batch: the first is written, the others find it.
        var first = places.GroupBy(item => item.entry.Candidate.Id).ToArray();
        foreach (var group in first.Select(same => same.First()).GroupBy(item => string.Join(',', item.entry.Signers)))
        {
            // One user's side by side, in their order: whom the database objects to is then found quickly.
            var waiting = group.OrderBy(item => item.entry.Candidate.Message.From).ToArray();
            var written = await WriteGroupAsync([.. waiting.Select(item => item.entry)], cancellation);
            for (var i = 0; i < waiting.Length; i++)
            {
                outcomes[waiting[i].place] = written[i];
            }
        }

        foreach (var same in first)
        {
            foreach (var later in same.Skip(1))
            {
                var outcome = outcomes[same.First().place];
                outcomes[later.place] = outcome is IntakeOutcome.Written ? new IntakeOutcome.AlreadyKnown() : outcome;
            }
        }

        return outcomes;
    }

    /// <summary>All of them in one transaction; where the database objects to one, half by half, until only that one is refused.</summary>
    private async Task<IReadOnlyList<IntakeOutcome>> WriteGroupAsync(IReadOnlyList<Entry> entries, CancellationToken cancellation)
    {
        var outcomes = new List<IntakeOutcome>(entries.Count);
        while (outcomes.Count < entries.Count)
        {
            Entry[] rest = [.. entries.Skip(outcomes.Count)];
            try
            {
                var written = await WriteTransactionAsync(rest, cancellation);
                outcomes.AddRange(written.Select(reserved => new IntakeOutcome.Written(reserved)));
                if (written.Count == 0)
                {
                    outcomes.AddRange(rest.Select(_ => NoRoom()));
                }
            }
            catch (PostgresException objection) when (Refuse(objection, rest[0].Candidate) is { } outcome)
            {
                outcomes.AddRange(rest.Length == 1 ? [outcome] : await WriteHalvesAsync(rest, cancellation));
            }
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // The same requests at another instance, in another order: that one goes on, and this one then finds them.
            }
        }

        return outcomes;
    }

    private async Task<IEnumerable<IntakeOutcome>> WriteHalvesAsync(Entry[] entries, CancellationToken cancellation)
    {
        var half = entries.Length / 2;
        var first = await WriteGroupAsync(entries[..half], cancellation);
        var second = entries[half..];

        // One user far beyond the quota must not cost everybody else a transaction for each of the refusals.
        var user = entries[0].Candidate.Message.From;
        var beyond = first.FirstOrDefault(outcome => outcome is IntakeOutcome.Refused { Refusal.Code: RefusalCode.QuotaExceeded });
        return beyond is not null && entries.All(entry => entry.Candidate.Message.From == user)
            ? first.Concat(Enumerable.Repeat(beyond, second.Length))
            : first.Concat(await WriteGroupAsync(second, cancellation));
    }

    /// <summary>One round trip; the database commits all of it or nothing.</summary>
    private async Task<IReadOnlyList<ReservedTransaction>> WriteTransactionAsync(Entry[] entries, CancellationToken cancellation)
    {
        var reservation = _engine.Reserve(entries[0].Signers, [.. entries.Select(entry => entry.Plan)]);
        await using var connection = await _database.OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        reservation.AddTo(batch);
        RelayStore.AddInsert(batch, [.. entries.Select(entry => (entry.Candidate, entry.Plan.Id))]);
        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var reserved = await reservation.ReadAsync(rows, cancellation);
        while (await rows.NextResultAsync(cancellation))
        {
            // To the end: what the database objects to is said there, and the commit.
        }

        return reserved;
    }

    private static IntakeOutcome? Refuse(PostgresException objection, RelayCandidate candidate) => objection switch
    {
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "relays_pkey" } => new IntakeOutcome.AlreadyKnown(),
        { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "relays_nonce" } => new IntakeOutcome.Refused(
            new Refusal(RefusalCode.NonceUsed, $"Nonce {candidate.Message.Nonce} is held by another request.")),
        { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: "grants_within_quota" } => new IntakeOutcome.Refused(
            new Refusal(RefusalCode.QuotaExceeded, "The user's share is used up.",
                RetryAfter: GrantWindow.EndOfMinute(candidate.Now) - candidate.Now)),
        _ => null,
    };

    private static IntakeOutcome NoRoom() => new IntakeOutcome.Refused(
        new Refusal(RefusalCode.SignersExhausted, "No signer has room for another transaction.", RetryAfter: Soon));

    private sealed record Entry(RelayCandidate Candidate, TransactionPlan Plan, IReadOnlyList<Address> Signers);
}

/// <summary>What the database said to a request.</summary>
internal abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <summary>It is recorded; from now on it is carried out whatever happens.</summary>
    public sealed record Written(ReservedTransaction Reserved) : IntakeOutcome;

    /// <summary>The same request was recorded by somebody else a moment ago.</summary>
    public sealed record AlreadyKnown : IntakeOutcome;

    /// <summary>It was not recorded.</summary>
    public sealed record Refused(Refusal Refusal) : IntakeOutcome;
}
