using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Tests.Relay.Callers;

/// <summary>What is asked of the contract that admits users, and how its word is read.</summary>
public sealed class AdmissionCallTests
{
    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000002", null)]
    [InlineData("0x0100000000000000000000000000000000000000000000000000000000000001", null)]
    [InlineData("0x", null)] // No contract there.
    [InlineData("0x01", null)]
    public void Only_a_boolean_is_an_answer(string data, bool? expected) =>
        Assert.Equal(expected, AdmissionCall.Read(new CallOutcome.Returned(Hex.Decode(data))));

    [Fact]
    public void A_contract_that_reverts_does_not_admit() => Assert.False(AdmissionCall.Read(new CallOutcome.Reverted(default, "execution reverted")));

    [Fact]
    public void It_is_asked_about_the_user()
    {
        var call = AdmissionCall.From(new AdmissionCallOptions { Contract = Samples.Contract, Function = "balanceOf(address)" })!.Ask(Samples.Target);

        Assert.Equal(Samples.Contract, call.To);
        Assert.Equal($"0x70a08231{new string('0', 24)}{Samples.Target.ToString()[2..].ToLowerInvariant()}", Hex.Encode(call.Data.Span));
        Assert.Null(AdmissionCall.From(new AdmissionCallOptions()));
    }
}
