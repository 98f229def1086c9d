using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Rules;

/// <summary>A user's requests in a minute.</summary>
/// <remarks>This spares the chain the simulation; what holds under concurrency is the check in the database.</remarks>
internal sealed class RateRule : IRecordRule
{
    public Refusal? Check(RelayCandidate candidate, RelayFacts facts) =>
        facts.RelaysThisMinute < candidate.Policy.RelaysPerMinute
            ? null
            : new Refusal(
                RefusalCode.QuotaExceeded,
                $"{candidate.Policy.RelaysPerMinute} requests a minute are relayed for one user.",
                RetryAfter: QuotaWindow.EndOfMinute(candidate.Now) - candidate.Now);
}

/// <summary>A user's gas in a day: what is paid for, not what the inner call asks for.</summary>
/// <remarks>As with <see cref="RateRule"/>, the database has the last word.</remarks>
internal sealed class GasQuotaRule : IRecordRule
{
    public Refusal? Check(RelayCandidate candidate, RelayFacts facts) =>
        facts.GasToday <= candidate.Policy.GasPerDay && candidate.PaidGas <= (ulong)(candidate.Policy.GasPerDay - facts.GasToday)
            ? null
            : new Refusal(
                RefusalCode.QuotaExceeded,
                $"{candidate.Policy.GasPerDay} gas a day (UTC) is paid for one user, transaction and data included; {facts.GasToday} is used, and this request takes {candidate.PaidGas}.",
                RetryAfter: QuotaWindow.EndOfDay(candidate.Now) - candidate.Now);
}
