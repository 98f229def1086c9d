using Relayer.Core.Relay.Records;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>Waits until nothing is under way any more, and then counts everything again.</summary>
internal static class Auditor
{
    private const int Shown = 12;

    /// <summary>The findings; at least one instance must run.</summary>
    public static Task<Findings> CheckAsync(RelayerUnderTest relayer, Workload workload, CancellationToken cancellation) =>
        CheckAsync(relayer, workload, AuditScope.All, cancellation);

    /// <summary>The findings of what is counted again.</summary>
    public static async Task<Findings> CheckAsync(RelayerUnderTest relayer, Workload workload, AuditScope scope, CancellationToken cancellation)
    {
        var findings = await CheckAsync(relayer, workload.Requests, scope, cancellation);
        return findings with { Violations = [.. workload.Surprises.Distinct().Take(Shown), .. findings.Violations] };
    }

    /// <summary>The findings about some requests, which are all that were ever posted.</summary>
    public static async Task<Findings> CheckAsync(
        RelayerUnderTest relayer, IReadOnlyCollection<SignedRequest> requests, AuditScope scope, CancellationToken cancellation)
    {
        var (open, (found, ledger)) = await Settling.CountAsync(
            () => Ledger.OpenAsync(relayer, cancellation), () => CountAsync(relayer, requests, scope, cancellation), cancellation);
        string[] violations = open.Length > 0 ? [open, .. found] : found;
        return new Findings(
            violations.Length <= Shown ? violations : [.. violations[..Shown], $"and {violations.Length - Shown} more"],
            requests.Count(signed => signed.IsAccepted),
            ledger.Relays.GroupBy(relay => relay.State).ToDictionary(state => state.Key, state => state.Count()),
            ledger.Transactions.Count,
            ledger.Transactions.Count(transaction => transaction.State == 5),
            ledger.Transactions.Sum(transaction => Math.Max(0, transaction.Attempts.Count - 1)));
    }

    private static async Task<(string[] Violations, Ledger Ledger)> CountAsync(
        RelayerUnderTest relayer, IReadOnlyCollection<SignedRequest> requests, AuditScope scope, CancellationToken cancellation)
    {
        var ledger = await Ledger.ReadAsync(relayer, cancellation);
        var chain = await ChainTruth.ReadAsync(relayer, ledger, [.. requests.Select(signed => signed.Message.From).Distinct()], cancellation);
        var invariants = new Invariants(requests, ledger, chain);
        if (scope == AuditScope.Users)
        {
            return ([.. invariants.OfUsers()], ledger);
        }

        return (
            [
                .. invariants.Violations(),
                .. (await SpendSums.ReadAsync(relayer, cancellation)).Violations(ledger, chain),
                .. (await BudgetSums.ReadAsync(relayer, cancellation)).Violations(),
            ], ledger);
    }
}

/// <summary>What an audit counts again.</summary>
internal enum AuditScope
{
    /// <summary>Everything.</summary>
    All,

    /// <summary>What users were answered and told, and what ran for them; not what it cost.</summary>
    Users,
}

/// <summary>What an audit found.</summary>
/// <param name="Violations">What does not hold; empty when all does.</param>
/// <param name="Accepted">Requests that were answered well.</param>
/// <param name="Relays">How they ended.</param>
/// <param name="Transactions">Nonces spent.</param>
/// <param name="Noops">Of these, noops.</param>
/// <param name="Replacements">Attempts beyond the first.</param>
internal sealed record Findings(
    IReadOnlyList<string> Violations, int Accepted, IReadOnlyDictionary<RelayState, int> Relays, int Transactions, int Noops, int Replacements)
{
    public override string ToString() =>
        $"{Accepted} accepted ({string.Join(", ", Relays.OrderBy(state => state.Key).Select(state => $"{state.Value} {state.Key}"))}), "
        + $"{Transactions} transactions, {Noops} of them noops, {Replacements} replacements";
}
