using System.Globalization;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Spend;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>Says what is in the way of filling the signers.</summary>
/// <param name="chains">Say why a transfer failed.</param>
/// <param name="database">The records.</param>
/// <param name="incidents">Where it is said.</param>
/// <param name="time">The clock.</param>
public sealed class TopUpIncidents(IChainClientFactory chains, Database database, IncidentLog incidents, TimeProvider time)
{
    private const string CouncilLow = "council_low";
    private const string SignerLow = "signer_low";
    private const string SignerHasCode = "signer_has_code";
    private const string Failing = "top_up_failing";
    private const string ClockOff = "clock_off";

    /// <summary>One may fail by chance; so many in a row are told.</summary>
    private const int FewFailures = 3;

    private const string NoSigner = "It is none of the chain's signers any more.";

    /// <summary>A chain without a wallet of the council: low signers want a person.</summary>
    public async Task TellWithoutCouncilAsync(
        ChainId chainId, IReadOnlyList<Address> signers, BalanceReading? reading, CancellationToken cancellation)
    {
        await ForgetAsync(CouncilLow, chainId, [], "No wallet of the council is configured any more.", cancellation);
        await ForgetAsync(SignerLow, chainId, signers, NoSigner, cancellation);
        foreach (var signer in signers)
        {
            // Nothing fills it, so nothing is too little: what relays need is the engine's to say.
            if (reading?.Find(signer)?.State is { Balance.IsZero: true })
            {
                await incidents.RaiseAsync(SignerIsLow(chainId, signer, "no wallet of the council is configured"), cancellation);
            }
            else if (reading is not null)
            {
                await incidents.ResolveAsync(IncidentReport.CauseOf(SignerLow, chainId, signer), "It has money again.", cancellation);
            }
        }
    }

    /// <summary>The council's wallet pays for relays too: whoever drains the one drains the other.</summary>
    public Task TellSharedKeyAsync(ChainId chainId, Address council, CancellationToken cancellation) => incidents.RaiseAsync(
        new(
            TopUpStops.SharedKey, IncidentSeverity.Critical, chainId, null, $"The council's wallet on chain {chainId} is one of the signers",
            $"{council} is configured as both. Nothing is topped up until the council's wallet has a key of its own.", NeedsPerson: true),
        cancellation);

    /// <summary>Says what a plan could not do; what is in order again is closed.</summary>
    /// <param name="view">What the plan was made by.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="signers">What the signers hold and spend.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task TellAsync(TopUpView view, TopUpPlan plan, IReadOnlyList<TopUpSigner> signers, CancellationToken cancellation)
    {
        await ForgetAsync(CouncilLow, view.ChainId, [view.Council], "It is not the council's wallet any more.", cancellation);
        await ForgetAsync(SignerLow, view.ChainId, view.Signers, NoSigner, cancellation);
        await ForgetAsync(SignerHasCode, view.ChainId, view.Signers, NoSigner, cancellation);
        foreach (var signer in view.Signers)
        {
            var code = view.Codes.GetValueOrDefault(signer);
            await RaiseOrResolveAsync(code.Length > 0, HasCode(view.ChainId, signer, AccountCode.DelegateOf(code.Span)), "It has no code any more.", cancellation);
        }

        await TellFailingAsync(view, signers, cancellation);
        await RaiseOrResolveAsync(
            TopUpContextReader.IsClockOff(view, time.GetUtcNow()),
            new(
                ClockOff, IncidentSeverity.Critical, view.ChainId, null, $"Clock and chain {view.ChainId} are far apart",
                "Either this machine's clock is wrong, or the chain or its providers stand still. Nothing is topped up meanwhile."),
            "They are near each other again.", cancellation);
        await RaiseOrResolveAsync(!plan.Missing.IsZero, CouncilIsLow(view, plan, signers), "The wallet has enough again.", cancellation);
        var held = plan.Held.ToDictionary(hold => hold.Signer, hold => hold.Reason);
        foreach (var signer in view.Signers)
        {
            var isHeld = held.TryGetValue(signer, out var reason);
            var why = isHeld ? Explain(reason) : null;

            // What is being filled is not filled yet: said before, it stays said, or it would be closed and opened with each transfer.
            if (!isHeld || why is not null)
            {
                await RaiseOrResolveAsync(isHeld, SignerIsLow(view.ChainId, signer, why ?? ""), "It is filled again.", cancellation);
            }
        }
    }

    private async Task TellFailingAsync(TopUpView view, IReadOnlyList<TopUpSigner> signers, CancellationToken cancellation)
    {
        await ForgetAsync(Failing, view.ChainId, [.. signers.Where(signer => signer.Failures > 0).Select(signer => signer.Address)], "A transfer to it has arrived.", cancellation);
        foreach (var signer in signers.Where(signer => signer.Failures >= FewFailures))
        {
            await incidents.RaiseAsync(
                new(
                    Failing, IncidentSeverity.Critical, view.ChainId, signer.Address, $"Transfers to the signer {signer.Address} on chain {view.ChainId} fail",
                    $"{signer.Failures} in a row were mined and failed, each for its fee. The cause: {await WhyAsync(view, signer, cancellation)}. Another is tried "
                    + $"{TopUpRules.From(view.Options).Pauses.After(signer.Failures):c} after the last, and the wait doubles up to a day."),
                cancellation);
        }
    }

    /// <summary>A receipt does not say why: the transfer is run again on the state after the block of the last one that failed.</summary>
    private async Task<string> WhyAsync(TopUpView view, TopUpSigner signer, CancellationToken cancellation)
    {
        var call = new EthCall(view.Council, signer.Address, default, (ulong)view.Options.TransferGas, new Wei(1));
        try
        {
            return (await chains.Get(view.ChainId).CallAsync([call], signer.FailedBlock is { } block ? BlockRef.At(block) : BlockRef.Latest, cancellation))[0] switch
            {
                CallOutcome.Reverted reverted => $"the signer's account has code that refuses it: {RevertReason.Decode(reverted.Data.Span)}",
                CallOutcome.Refused { Error.Kind: NodeErrorKind.OutOfGas or NodeErrorKind.IntrinsicGasTooLow } refused =>
                    $"TopUps:TransferGas of {view.Options.TransferGas} is not enough ({refused.Error.Message})",
                CallOutcome.Refused refused => refused.Error.Message,
                _ => "it would succeed after that block; look at the transaction",
            };
        }
        catch (ChainUnavailableException)
        {
            return "not known, since no provider runs it again on the block's state";
        }
    }

    /// <summary>Closes what was said of accounts that the settings do not name any more: nobody looks after them.</summary>
    private async Task ForgetAsync(string kind, ChainId chainId, IReadOnlyList<Address> present, string why, CancellationToken cancellation)
    {
        IReadOnlySet<Address> told;
        await using (var connection = await database.OpenAsync(cancellation))
        {
            told = await IncidentLog.ReadAccountsAsync(connection, kind, chainId, cancellation);
        }

        foreach (var account in told.Except(present))
        {
            await incidents.ResolveAsync(IncidentReport.CauseOf(kind, chainId, account), why, cancellation);
        }
    }

    private Task RaiseOrResolveAsync(bool isSo, IncidentReport report, string why, CancellationToken cancellation) => isSo
        ? incidents.RaiseAsync(report, cancellation)
        : incidents.ResolveAsync(report.Cause, why, cancellation);

    private static IncidentReport SignerIsLow(ChainId chainId, Address signer, string why) => new(
        SignerLow, IncidentSeverity.Warning, chainId, signer, $"Signer {signer} on chain {chainId} is low and is not filled",
        $"The reason: {why}.");

    private static IncidentReport HasCode(ChainId chainId, Address signer, Address? delegated) => new(
        SignerHasCode, IncidentSeverity.Critical, chainId, signer, $"Signer {signer} on chain {chainId} has code and is not filled",
        delegated is { } target
            ? $"It delegates to {target} (EIP-7702), which the relayer never does: somebody has signed with its key. Whatever it is sent, that code may pass on or "
                + "refuse. Pause the signer and rotate its key; it is filled again once its delegation is taken back."
            : "It is a contract, whose code may refuse what it is sent. Take an account with a key alone as signer.");

    private static IncidentReport CouncilIsLow(TopUpView view, TopUpPlan plan, IReadOnlyList<TopUpSigner> signers) => new(
        CouncilLow,
        plan.Held.Any(hold => hold.Reason == HoldReason.CouncilLow) ? IncidentSeverity.Critical : IncidentSeverity.Warning,
        view.ChainId, view.Council, $"The council's wallet on chain {view.ChainId} is too low",
        $"It lacks {TopUpAmount.InEther(plan.Missing)} ether to fill the signers and keep its minimum. Send at least that to {view.Council}. {HowLong(signers)}");

    private static string HowLong(IReadOnlyList<TopUpSigner> signers)
    {
        if (signers.Any(signer => signer.Balance is null))
        {
            return "What the signers still hold is not known.";
        }

        var balance = signers.Aggregate(Wei.Zero, (sum, signer) => sum + signer.Balance!.Value);
        var all = DaysLeft.Of(balance, signers.Aggregate(Wei.Zero, (sum, signer) => sum + signer.SpendPerDay));
        var first = signers.Select(signer => DaysLeft.Of(signer.Balance!.Value, signer.SpendPerDay)).Aggregate(DaysLeft.Lesser);
        var holds = $"The signers still hold {TopUpAmount.InEther(balance)} ether";
        return all.IsSpending
            ? string.Create(CultureInfo.InvariantCulture, $"{holds}: {all.Days} days at the present rate; the first of them is empty in {first.Days} days.")
            : $"{holds}, and spend nothing at present.";
    }

    private static string? Explain(HoldReason reason) => reason switch
    {
        HoldReason.BalanceUnknown => "its balance is not known, or the providers disagree about it",
        HoldReason.Stopped => "top-ups are paused, or stopped by another incident",
        HoldReason.NotASigner => "it is the council's own wallet",
        HoldReason.HasCode => "it has code, see the incident signer_has_code",
        HoldReason.Failing => "transfers to it failed",
        HoldReason.SignerCap => "what one signer may be sent in 24 hours is used up",
        HoldReason.DailyCap => "what all signers may be sent in 24 hours is used up",
        HoldReason.CouncilLow => "the council's wallet has not enough",
        _ => null, // It is being filled.
    };
}
