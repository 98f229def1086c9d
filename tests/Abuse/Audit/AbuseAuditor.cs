using Abuse.World;
using Relayer.Core.Relay.Records;
using Storms.Audit;

namespace Abuse.Audit;

/// <summary>Waits until nothing is under way any more, and adds everything up again.</summary>
internal static class AbuseAuditor
{
    private const int Shown = 10;

    /// <summary>What is held by budgets though all has ended.</summary>
    private const string StillHeld = "select scope::text || ' ' || encode(subject, 'hex') || ': ' || hour_held || ', ' || day_held from relay_budgets where hour_held <> 0 or day_held <> 0";

    /// <summary>The findings; at least one instance must run.</summary>
    public static async Task<(IReadOnlyList<string> Violations, CostSums Sums, Ledger Ledger)> CheckAsync(Field field, Poster poster, CancellationToken cancellation)
    {
        var (open, (found, sums, ledger)) = await Settling.CountAsync(
            () => Ledger.OpenAsync(field.Relayer, cancellation), () => CountAsync(field, poster, cancellation), cancellation);
        string[] violations = open.Length > 0 ? [open, .. found] : found;
        return (violations.Length <= Shown ? violations : [.. violations[..Shown], $"and {violations.Length - Shown} more"], sums, ledger);
    }

    private static async Task<(string[] Violations, CostSums Sums, Ledger Ledger)> CountAsync(Field field, Poster poster, CancellationToken cancellation)
    {
        var relayer = field.Relayer;
        var ledger = await Ledger.ReadAsync(relayer, cancellation);
        var chain = await ChainTruth.ReadAsync(relayer, ledger, [.. ledger.Relays.Select(relay => relay.From).Distinct()], cancellation);
        var sums = await CostSums.ReadAsync(field, cancellation);
        await using var connection = await relayer.OpenAsync(cancellation);
        var held = await Rows.ReadAsync(connection, StillHeld, row => row.GetString(0), cancellation);
        return (
            [
                .. poster.Surprises.Distinct(),
                .. held.Select(text => $"all has ended, and a budget still holds: {text}"),
                .. poster.Accepted.Except(ledger.Relays.Select(relay => relay.Id)).Select(id => $"accepted and not on record: {id}"),
                .. Executions(ledger, chain),
                .. new Invariants([], ledger, chain).OfRecords(),
                .. (await SpendSums.ReadAsync(relayer, cancellation)).Violations(ledger, chain),
                .. (await BudgetSums.ReadAsync(relayer, cancellation)).Violations(),
                .. sums.Violations(field, ledger, chain),
            ], sums, ledger);
    }

    /// <summary>What is on record ended as the chain says, and at most once.</summary>
    private static IEnumerable<string> Executions(Ledger ledger, ChainTruth chain)
    {
        foreach (var relay in ledger.Relays)
        {
            var executions = chain.Executed[(relay.Forwarder, relay.From, Relayer.Core.Ethereum.UInt256.From(relay.Nonce))].ToArray();
            var ran = executions.Contains(true);
            if (executions.Length > 1 || ran != (relay.State == RelayState.Confirmed))
            {
                yield return $"relay {relay.Id} is {relay.State} ({relay.Reason}), on chain it went {executions.Length} times, {(ran ? "well" : "not well")}";
            }
        }
    }
}
