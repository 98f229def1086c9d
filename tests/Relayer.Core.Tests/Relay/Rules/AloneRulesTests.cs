using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Rules;

namespace Relayer.Core.Tests.Relay.Rules;

/// <summary>What is judged by the request alone, each rule by itself and in their order.</summary>
public sealed class AloneRulesTests
{
    [Fact]
    public void A_sound_request_of_either_dialect_passes_every_rule()
    {
        foreach (var forwarder in new[] { Samples.OpenZeppelin, Samples.Infinex })
        {
            var candidate = Samples.Candidate(forwarder: forwarder);
            Assert.All(Samples.Rules().Alone, rule => Assert.Null(rule.Check(candidate)));
        }
    }

    [Fact]
    public void The_curve_comes_after_what_costs_nothing_and_nobody_learns_of_budgets_unsigned() =>
        Assert.Equal(
            ["DataSizeRule", "DeadlineRule", "GasRule", "ValueRule", "TargetRule", "ClientTargetRule", "SelectorRule", "EncodingRule", "OuterGasRule", "SignatureRule", "AttemptsRule"],
            Samples.Rules().Alone.Select(rule => rule.GetType().Name));

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, RefusalCode.PayloadTooLarge)]
    public void Data_is_paid_for_by_the_byte(int bytes, string? code) =>
        Is(code, new DataSizeRule(), message => message with { Data = new byte[bytes] });

    [Theory]
    [InlineData(-1, RefusalCode.DeadlinePassed)]
    [InlineData(0, RefusalCode.DeadlinePassed)]
    [InlineData(9, RefusalCode.DeadlinePassed)]
    [InlineData(10, null)]
    [InlineData(3600, null)]
    [InlineData(3601, RefusalCode.DeadlineTooFar)]
    public void A_deadline_leaves_time_to_be_mined_and_no_more_than_needed(int seconds, string? code) =>
        Is(code, new DeadlineRule(), message => message with { Deadline = (ulong)(Samples.Now.ToUnixTimeSeconds() + seconds) });

    [Fact]
    public void A_deadline_beyond_the_calendar_is_too_far_and_nothing_worse() =>
        Is(RefusalCode.DeadlineTooFar, new DeadlineRule(), message => message with { Deadline = (1UL << 48) - 1 });

    [Fact]
    public void A_dialect_without_a_deadline_gets_the_relayers_own_time_to_live()
    {
        var candidate = Samples.Candidate(forwarder: Samples.Infinex);

        Assert.Null(new DeadlineRule().Check(candidate));
        Assert.Equal(Samples.Now + Samples.Policy.TimeToLive, candidate.ExpiresAt);
    }

    [Theory]
    [InlineData(0, RefusalCode.GasAboveLimit)]
    [InlineData(1, null)]
    [InlineData(500_000, null)]
    [InlineData(500_001, RefusalCode.GasAboveLimit)]
    [InlineData(ulong.MaxValue, RefusalCode.GasAboveLimit)]
    public void Gas_is_granted_up_to_the_limit(ulong gas, string? code) => Is(code, new GasRule(), message => message with { Gas = gas });

    [Theory]
    [InlineData(16_000_000, null)]
    [InlineData(16_600_000, RefusalCode.GasAboveLimit)]
    [InlineData(ulong.MaxValue, RefusalCode.GasAboveLimit)]
    public void No_transaction_may_need_more_gas_than_chains_let_one_have(ulong gas, string? code) =>
        Is(code, new OuterGasRule(), message => message with { Gas = gas });

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(1, 0, RefusalCode.ValueNotAllowed)]
    [InlineData(5, 5, null)]
    [InlineData(6, 5, RefusalCode.ValueNotAllowed)]
    public void Value_is_sponsored_up_to_the_limit(ulong value, ulong limit, string? code) =>
        Is(code, new ValueRule(), message => message with { Value = new Wei(value) }, Samples.Policy with { MaxValue = new Wei(limit) });

    [Fact]
    public void Only_listed_contracts_are_called() =>
        Is(RefusalCode.TargetNotAllowed, new TargetRule(), message => message with { To = Samples.Contract });

    [Theory]
    [InlineData("0xd09de08a", null)]
    [InlineData("0xd09de08a00", null)]
    [InlineData("0xd09de08b", RefusalCode.SelectorNotAllowed)]
    [InlineData("0xd09de0", RefusalCode.SelectorNotAllowed)]
    [InlineData("0x", RefusalCode.SelectorNotAllowed)]
    public void Only_listed_functions_are_called(string data, string? code) =>
        Is(code, new SelectorRule(), message => message with { Data = Hex.Decode(data) });

    [Theory]
    [InlineData("0xd09de08a", null)]
    [InlineData("0xd09de08a00", RefusalCode.CalldataNotCanonical)]
    [InlineData("0xd09de08b00", null)] // another rule's matter
    public void Nothing_stands_behind_the_arguments(string data, string? code) =>
        Is(code, new EncodingRule(), message => message with { Data = Hex.Decode(data) });

    [Fact]
    public void The_byte_that_is_wrong_is_named() =>
        Assert.Equal(
            "data is not the ABI's encoding of increment(): byte 4 is behind the arguments.",
            new EncodingRule().Check(Samples.Candidate(message => message with { Data = Hex.Decode("0xd09de08a00") }))?.Detail);

    [Theory]
    [InlineData("canonical", "increment()", RefusalCode.CalldataNotCanonical)]
    [InlineData("any", "increment()", null)]
    [InlineData("canonical", "0xd09de08a", null)]
    [InlineData("canonical", "*", null)]
    public void Any_encoding_is_taken_where_that_is_asked_for_or_no_signature_is_known(string encoding, string function, string? code)
    {
        var policy = Policy(new TargetOptions { Functions = { function }, Encoding = encoding });

        Is(code, new EncodingRule(), message => message with { Data = Hex.Decode("0xd09de08a00") }, policy);
        Assert.Equal(encoding == "canonical" && function[^1] != ')', policy.Targets[Samples.Target].Single().IsUnchecked);
    }

    [Fact]
    public void A_function_has_its_own_entry_with_its_own_limits_before_a_star()
    {
        var policy = Policy(
            new TargetOptions { Functions = { "*" }, MaxDataBytes = 64, Encoding = "any" },
            new TargetOptions { Functions = { "increment()" } },
            new TargetOptions { Functions = { "f(bytes)" }, MaxDataBytes = 1_000 });

        Is(RefusalCode.CalldataNotCanonical, new EncodingRule(), message => message with { Data = Hex.Decode("0xd09de08a00") }, policy);
        Is(null, new EncodingRule(), message => message with { Data = Hex.Decode("0xd09de08b00") }, policy);
        Size(RefusalCode.PayloadTooLarge, 65, "0xd09de08b");
        Size(null, 64, "0xd09de08b");
        Size(null, 100, "0xd09de08a");
        Size(RefusalCode.PayloadTooLarge, 101, "0xd09de08a");
        Size(null, 1_000, Hex.Encode(Keccak256.Hash("f(bytes)"u8).Span[..4]));
        Size(RefusalCode.PayloadTooLarge, 1_001, Hex.Encode(Keccak256.Hash("f(bytes)"u8).Span[..4]));
        Assert.Equal("*", policy.Find(Samples.Target, [1, 2])?.Text);
        Assert.Null(policy.Find(Samples.Contract, [1, 2, 3, 4]));

        void Size(string? code, int bytes, string selector) => Is(
            code, new DataSizeRule(), message => message with { Data = (byte[])[.. Hex.Decode(selector), .. new byte[bytes - 4]] }, policy);
    }

    [Fact]
    public void Whatever_is_changed_after_signing_makes_it_somebody_elses()
    {
        var signed = Samples.Candidate();
        var rule = new SignatureRule(Secp256k1.Default);
        var message = signed.Message;
        ForwardRequest[] changed =
        [
            message with { From = Samples.Target },
            message with { To = Samples.Contract },
            message with { Value = new Wei(1) },
            message with { Gas = message.Gas + 1 },
            message with { Nonce = message.Nonce + 1UL },
            message with { Deadline = message.Deadline + 1 },
            message with { Data = new byte[] { 1 } },
        ];

        Assert.Null(rule.Check(signed));
        Assert.All(changed, other => Assert.Equal(
            RefusalCode.SignatureMismatch,
            rule.Check(new RelayCandidate(signed.Request with { Message = other }, signed.Route, signed.Now))?.Code));
    }

    [Fact]
    public void A_signature_for_the_other_dialect_is_nobodys_here()
    {
        var signed = Samples.Candidate(forwarder: Samples.Infinex);
        var elsewhere = new RelayCandidate(
            signed.Request with { Message = signed.Message with { Deadline = 1_790_000_600 } }, signed.Route with { Forwarder = Samples.OpenZeppelin }, signed.Now);

        Assert.Equal(RefusalCode.SignatureMismatch, new SignatureRule(Secp256k1.Default).Check(elsewhere)?.Code);
    }

    private static RelayPolicy Policy(params TargetOptions[] entries)
    {
        foreach (var entry in entries)
        {
            entry.Address = Samples.Target;
        }

        return RelayPolicy.From(new PolicyOptions { Targets = [.. entries], MaxDataBytes = 100 });
    }

    private static void Is(string? code, IRelayRule rule, Func<ForwardRequest, ForwardRequest> change, RelayPolicy? policy = null) =>
        Assert.Equal(code, rule.Check(Samples.Candidate(change, policy: policy))?.Code);
}
