using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Tests.Transactions;

/// <summary>When signers are paused and go on, case by case.</summary>
public sealed class SignerPausePolicyTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly SignerStatus Signer = new(Plans.Account(1), 7, 0, null);

    [Theory]
    [InlineData(170_999, FundingLevel.Short)]    // a usual transaction and the transfer that would refill it
    [InlineData(171_000, FundingLevel.Enough)]
    [InlineData(256_499, FundingLevel.Enough)]
    [InlineData(256_500, FundingLevel.Plenty)]   // half as much again
    internal void A_balance_is_worth_what_it_pays_for_at_the_present_fee(ulong gas, FundingLevel means)
    {
        var fees = new TransactionFees.Dynamic(Wei.FromGwei(30), Wei.FromGwei(1));
        var settings = ChainSettings.From(new ChainOptions { ChainId = 1 });

        Assert.Equal(means, SignerPausePolicy.MeansOf(Wei.FromGwei(30) * gas, fees, settings));
        Assert.Equal(means, SignerPausePolicy.MeansOf((Wei.FromGwei(30) * gas) + new Wei(1_500), fees, settings with { DataFee = new Wei(1_000) }));
    }

    [Theory]
    [InlineData(null, FundingLevel.Short, true, "pause balance")]
    [InlineData(null, FundingLevel.Enough, true, null)]
    [InlineData(null, FundingLevel.Unknown, false, null)]                    // a key that is unavailable is no verdict on the account
    [InlineData("balance", FundingLevel.Short, true, null)]
    [InlineData("balance", FundingLevel.Enough, true, null)]                 // not yet: it would be short again at once
    [InlineData("balance", FundingLevel.Plenty, true, "resume")]
    [InlineData("balance", FundingLevel.Unknown, true, null)]
    [InlineData("errors", FundingLevel.Plenty, true, "resume")]              // its rest is over
    [InlineData("errors", FundingLevel.Unknown, true, "resume")]
    [InlineData("errors", FundingLevel.Plenty, false, "pause errors")]       // its key is still not available
    [InlineData("errors", FundingLevel.Short, true, "pause errors")]
    [InlineData("operator", FundingLevel.Plenty, true, null)]
    [InlineData("operator", FundingLevel.Short, false, null)]
    internal void What_follows_from_what_it_can_pay_for(string? cause, FundingLevel means, bool hasKey, string? step)
    {
        var signer = Signer with { Pause = cause is null ? null : new SignerPause(cause, "so", Now), RetryAt = Now, Strikes = 1 };

        Assert.Equal(step, Name(SignerPausePolicy.Next(signer, means, hasKey, Now)));
        Assert.True(cause != "errors" || SignerPausePolicy.Next(signer with { RetryAt = Now.AddSeconds(1) }, means, hasKey, Now) is null);
    }

    [Fact]
    public void Each_rest_is_twice_as_long_as_the_one_before_up_to_a_limit_and_old_trouble_is_forgotten()
    {
        var (signer, rests) = (Signer, new List<double>());
        for (var i = 0; i < 9; i++)
        {
            var pause = Assert.IsType<SignerStep.Pause>(SignerPausePolicy.Rest(signer, "so", Now));
            rests.Add((pause.RetryAt!.Value - Now).TotalSeconds);
            signer = signer with { RetryAt = Now, Strikes = pause.Strikes!.Value };
        }

        Assert.Equal([15, 30, 60, 120, 240, 480, 900, 900, 900], rests);
        var later = Assert.IsType<SignerStep.Pause>(SignerPausePolicy.Rest(signer with { RetryAt = Now - SignerPausePolicy.Forgotten }, "so", Now));
        Assert.Equal(1, later.Strikes);
    }

    [Fact]
    public void Only_failures_in_a_row_that_speak_of_the_account_count()
    {
        var (errors, signer) = (new SignerErrors(), Signer.Address);
        foreach (var kind in Enum.GetValues<NodeErrorKind>().Except([NodeErrorKind.InsufficientFunds, NodeErrorKind.NonceTooHigh]))
        {
            errors.Refused(signer, new NodeError(kind, 0, ""));
        }

        var broke = new NodeError(NodeErrorKind.InsufficientFunds, 0, "");
        errors.Refused(signer, broke);
        errors.Refused(signer, broke);
        errors.Took(signer);
        errors.Refused(signer, broke);
        errors.Failed(signer, "its signing key is unavailable");
        Assert.Empty(errors.Failing());

        errors.Refused(signer, broke);
        Assert.Equal(signer, Assert.Single(errors.Failing()).Signer);
        errors.Rests(signer);
        Assert.Empty(errors.Failing());
        Assert.Empty(errors.Recovered());
        errors.Took(signer);
        Assert.Equal([signer], errors.Recovered());
        errors.GoesOn(signer);
        Assert.Empty(errors.Recovered());
    }

    private static string? Name(SignerStep? step) => step switch
    {
        SignerStep.Pause pause => $"pause {pause.Cause}",
        SignerStep.Resume => "resume",
        _ => null,
    };
}
