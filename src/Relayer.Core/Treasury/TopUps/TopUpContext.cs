using System.Numerics;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>All that a plan of top-ups looks at. Amounts are wei.</summary>
/// <param name="Now">The time.</param>
/// <param name="CouncilAddress">The council's wallet.</param>
/// <param name="Council">What it holds; <see langword="null"/> when that is not known or the providers disagree.</param>
/// <param name="CouncilCommitted">The most that its transactions under way can still cost, value included.</param>
/// <param name="SentToday">Sent to any signer of the chain in the last 24 hours, also to former ones.</param>
/// <param name="TransferCost">The most that one transfer costs beside its value.</param>
/// <param name="Stopped">Top-ups of the chain are paused, or stopped by an incident.</param>
/// <param name="Signers">The signers whose keys are loaded: nobody else is ever paid.</param>
public sealed record TopUpContext(
    DateTimeOffset Now, Address CouncilAddress, Wei? Council, Wei CouncilCommitted, Wei SentToday, Wei TransferCost, bool Stopped,
    IReadOnlyList<TopUpSigner> Signers);

/// <summary>A signer as a plan sees it. Amounts are wei.</summary>
/// <param name="Address">The account.</param>
/// <param name="Balance">What it holds; <see langword="null"/> when that is not known or the providers disagree.</param>
/// <param name="SpendPerDay">What it spends in a day at present.</param>
/// <param name="InFlight">What is on its way to it, or arrived after <paramref name="Balance"/> was read.</param>
/// <param name="SentToday">Sent to it in the last 24 hours.</param>
/// <param name="LastAt">When the last transfer to it was decided.</param>
/// <param name="Stopped">Nothing is sent to it until a person has cleared an incident.</param>
public sealed record TopUpSigner(
    Address Address, Wei? Balance, Wei SpendPerDay, Wei InFlight, Wei SentToday, DateTimeOffset? LastAt, bool Stopped)
{
    /// <summary>It has code, of a contract or by a delegation (EIP-7702), which runs when it is paid, and may refuse or pass on what comes.</summary>
    public bool HasCode { get; init; }

    /// <summary>Transfers to it in a row that were mined and failed: each cost its fee.</summary>
    public int Failures { get; init; }

    /// <summary>The block of the last of them.</summary>
    public long? FailedBlock { get; init; }
}

/// <summary>The rules of the top-ups, read once from the validated options. Amounts are wei.</summary>
public sealed record TopUpRules(
    Wei LowMark, Wei Target, int LowDays, int TargetDays, Wei MaxPerTransfer, Wei MaxPerSignerPerDay, Wei MaxPerDay, TimeSpan CoolDown,
    Wei CouncilMinimum)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>Reads validated options.</summary>
    public static TopUpRules From(TopUpOptions options) => new(
        options.LowMarkWei, options.TargetWei, options.LowDays, options.TargetDays, options.MaxPerTransferWei, options.MaxPerSignerPerDayWei,
        options.MaxPerDayWei, options.CoolDown, options.CouncilMinimumWei);

    /// <summary>How long to wait after transfers to a signer that failed: it starts with the cool-down, or a minute, and ends at a day.</summary>
    internal Backoff Pauses => new(CoolDown > Shortest ? CoolDown : Shortest, TimeSpan.FromDays(1));

    /// <summary>Below this a signer of such a rate is filled.</summary>
    public Wei LowMarkAt(Wei spendPerDay) => Greater(LowMark, spendPerDay, LowDays);

    /// <summary>What a signer of such a rate is filled to.</summary>
    public Wei TargetAt(Wei spendPerDay) => Wei.Max(LowMarkAt(spendPerDay), Greater(Target, spendPerDay, TargetDays));

    /// <summary>What a signer lacks to its target; zero while it is not low, <see langword="null"/> when its balance is not known.</summary>
    internal BigInteger? DeficitOf(TopUpSigner signer) => signer.Balance is not { } balance ? null
        : balance >= LowMarkAt(signer.SpendPerDay) ? BigInteger.Zero
        : TargetAt(signer.SpendPerDay).ToBigInteger() - balance.ToBigInteger();

    private static Wei Greater(Wei mark, Wei spendPerDay, int days) => Wei.Max(
        mark, new Wei(UInt256.From(BigInteger.Min(spendPerDay.ToBigInteger() * days, UInt256.MaxValue.ToBigInteger()))));
}
