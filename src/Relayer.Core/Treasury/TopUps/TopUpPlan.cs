using System.Numerics;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>Who is given how much out of the council's wallet now. Pure: the rules cannot be talked round.</summary>
/// <param name="Transfers">What is sent, the largest deficit first.</param>
/// <param name="Held">Signers that want filling and are not filled, or not fully, and why.</param>
/// <param name="Missing">What the council's wallet lacks to fill everybody who is low and to keep its minimum; zero when it suffices.</param>
public sealed record TopUpPlan(IReadOnlyList<PlannedTopUp> Transfers, IReadOnlyList<HeldTopUp> Held, Wei Missing)
{
    /// <summary>A transfer that is not worth so many times its own cost waits until it is.</summary>
    private const int LeastWorth = 10;

    /// <summary>Plans.</summary>
    /// <remarks>
    /// A signer is low below its mark (the fixed one, or the days at its rate, whichever is more), and is filled to its target. What limits a
    /// transfer, in this order: the signer's own state, the cap on one transfer, the caps on 24 hours, what the wallet must keep.
    /// </remarks>
    public static TopUpPlan For(TopUpContext situation, TopUpRules rules)
    {
        var low = situation.Signers
            .DistinctBy(signer => signer.Address)
            .Select(signer => (Signer: signer, Deficit: rules.DeficitOf(signer)))
            .Where(item => item.Deficit is null || item.Deficit > 0)
            .OrderByDescending(item => item.Deficit ?? -1).ThenBy(item => item.Signer.Address)
            .ToArray();
        var budget = new RemainingBudget(situation, rules);
        var (transfers, held) = (new List<PlannedTopUp>(), new List<HeldTopUp>());
        foreach (var (signer, deficit) in low)
        {
            var hold = WhyNot(signer, deficit, situation, rules);
            var amount = hold is null ? budget.Take(signer, deficit!.Value, out hold) : 0;
            if (amount > 0)
            {
                transfers.Add(new PlannedTopUp(signer.Address, ToWei(amount), ToWei(deficit!.Value)));
            }

            if (hold is { } reason)
            {
                held.Add(new HeldTopUp(signer.Address, reason, ToWei((deficit ?? amount) - amount)));
            }
        }

        var wanted = low.Aggregate(BigInteger.Zero, (sum, item) => sum + (item.Deficit is { } deficit && !IsComing(item.Signer) && !item.Signer.HasCode ? deficit + budget.Cost : 0));
        return new TopUpPlan(transfers, held, situation.Council is null ? Wei.Zero : ToWei(BigInteger.Max(0, wanted - budget.AtFirst)));
    }

    private static bool IsComing(TopUpSigner signer) => !signer.InFlight.IsZero;

    private static HoldReason? WhyNot(TopUpSigner signer, BigInteger? deficit, TopUpContext situation, TopUpRules rules) => true switch
    {
        _ when deficit is null => HoldReason.BalanceUnknown,
        _ when situation.Stopped || signer.Stopped => HoldReason.Stopped,
        _ when signer.Address == situation.CouncilAddress || signer.Address.IsZero => HoldReason.NotASigner,
        _ when signer.HasCode => HoldReason.HasCode,
        _ when !signer.InFlight.IsZero => HoldReason.InFlight,

        _ when signer is { Failures: > 0, LastAt: { } failed } && situation.Now - failed < rules.Pauses.After(signer.Failures) => HoldReason.Failing,

        // A last transfer in the future is a clock that was set back: it counts as just now.
        _ when signer.LastAt is { } last && situation.Now - last < rules.CoolDown => HoldReason.CoolingDown,
        _ => null,
    };

    private static Wei ToWei(BigInteger amount) => new(UInt256.From(BigInteger.Min(amount, UInt256.MaxValue.ToBigInteger())));

    /// <summary>What is left of the wallet and of the caps while the transfers of one plan are taken out of them.</summary>
    private sealed class RemainingBudget(TopUpContext situation, TopUpRules rules)
    {
        private BigInteger _today = BigInteger.Max(
            situation.SentToday.ToBigInteger(), situation.Signers.Aggregate(BigInteger.Zero, (sum, signer) => sum + signer.SentToday.ToBigInteger()));

        private BigInteger _left = Free(situation, rules);

        public BigInteger Cost { get; } = situation.TransferCost.ToBigInteger();

        /// <summary>What the wallet could give before the first transfer.</summary>
        public BigInteger AtFirst { get; } = Free(situation, rules);

        /// <returns>How much is sent, cost excluded; 0 when nothing is.</returns>
        public BigInteger Take(TopUpSigner signer, BigInteger deficit, out HoldReason? hold)
        {
            (BigInteger Most, HoldReason Reason)[] limits =
            [
                (rules.MaxPerTransfer.ToBigInteger(), HoldReason.TransferCap),
                (rules.MaxPerSignerPerDay.ToBigInteger() - signer.SentToday.ToBigInteger(), HoldReason.SignerCap),
                (rules.MaxPerDay.ToBigInteger() - _today, HoldReason.DailyCap),
                (_left - Cost, HoldReason.CouncilLow),
            ];
            var limit = limits.MinBy(item => item.Most);
            hold = limit.Most < deficit ? limit.Reason : null;
            var amount = BigInteger.Min(limit.Most, deficit);
            if (amount <= 0 || (hold is not null && amount < Cost * LeastWorth))
            {
                return 0;
            }

            (_today, _left) = (_today + amount, _left - amount - Cost);
            return amount;
        }

        private static BigInteger Free(TopUpContext situation, TopUpRules rules) => situation.Council is { } balance
            ? balance.ToBigInteger() - situation.CouncilCommitted.ToBigInteger() - rules.CouncilMinimum.ToBigInteger()
            : 0;
    }
}

/// <summary>A transfer from the council's wallet to a signer.</summary>
/// <param name="Signer">The recipient.</param>
/// <param name="Amount">Wei.</param>
/// <param name="Deficit">What it lacked to its target.</param>
public sealed record PlannedTopUp(Address Signer, Wei Amount, Wei Deficit);

/// <summary>A signer that is low and is not filled, or not fully.</summary>
/// <param name="Signer">The signer.</param>
/// <param name="Reason">Why.</param>
/// <param name="Lacking">What it still lacks to its target, if that is known.</param>
public sealed record HeldTopUp(Address Signer, HoldReason Reason, Wei Lacking);

/// <summary>Why a signer that is low is not filled, or not fully.</summary>
public enum HoldReason
{
    /// <summary>Its balance is not known, or the providers disagree about it.</summary>
    BalanceUnknown,

    /// <summary>Top-ups are paused, or stopped until a person has cleared an incident.</summary>
    Stopped,

    /// <summary>It is the council's own wallet, or no account.</summary>
    NotASigner,

    /// <summary>It has code, which would run when it is paid.</summary>
    HasCode,

    /// <summary>A transfer to it is under way.</summary>
    InFlight,

    /// <summary>Transfers to it failed, and it is not time to try another: the wait is twice as long after each.</summary>
    Failing,

    /// <summary>The last transfer to it was too short a time ago.</summary>
    CoolingDown,

    /// <summary>The cap on one transfer: what it is still low by comes after the cool-down.</summary>
    TransferCap,

    /// <summary>The signer's cap on 24 hours.</summary>
    SignerCap,

    /// <summary>The chain's cap on 24 hours.</summary>
    DailyCap,

    /// <summary>The council's wallet has not enough above its minimum.</summary>
    CouncilLow,
}
