using System.Globalization;
using System.Text.Json;
using DevChain;

namespace Functions.Tests.DevChain;

/// <summary>What both forwarders do with requests signed by viem, on a real chain and without our code in between.</summary>
[Trait("needs", "services")]
public sealed class ForwarderBehaviourTests(ForwarderBehaviourTests.Examined examined)
    : IClassFixture<ForwarderBehaviourTests.Examined>
{
    public static TheoryData<string> Dialects => ["openZeppelin", "infinex"];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_signed_request_is_executed_in_its_signers_name(string dialect)
    {
        var seen = examined.Of(dialect);
        var user = seen.GetProperty("user").GetString();
        var executed = Assert.Single(seen.GetProperty("executed").EnumerateArray().ToList());

        Assert.True(seen.GetProperty("isTrusted").GetBoolean());
        Assert.True(seen.GetProperty("verifiesBefore").GetBoolean());
        Assert.Equal(user, seen.GetProperty("countedFor").GetString());
        Assert.Equal(user, executed.GetProperty("signer").GetString());
        Assert.Equal(seen.GetProperty("nonce").GetString(), executed.GetProperty("nonce").GetString());
        Assert.True(executed.GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("openZeppelin", "ERC2771Forwarder")]
    [InlineData("infinex", "InfinexERC2771Forwarder")]
    public void The_domain_is_what_the_signature_is_made_for(string dialect, string name)
    {
        var seen = examined.Of(dialect);
        var domain = seen.GetProperty("domain");

        Assert.Equal(
            ["0x0f", name, "1", "31337", seen.GetProperty("forwarder").GetString()!],
            domain.EnumerateArray().Take(5).Select(part => part.ToString()));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void An_executed_requests_nonce_is_spent(string dialect)
    {
        var seen = examined.Of(dialect);

        Assert.False(seen.GetProperty("spentBefore").GetBoolean());
        Assert.True(seen.GetProperty("spentAfter").GetBoolean());
        Assert.False(seen.GetProperty("verifiesAfter").GetBoolean());
    }

    [Fact]
    public void A_stale_nonce_shows_as_a_garbage_signer_at_openzeppelins()
    {
        var seen = examined.Of("openZeppelin");
        var (error, args) = Outcome(seen, "again");

        Assert.Equal("ERC2771ForwarderInvalidSigner", error);
        Assert.NotEqual(seen.GetProperty("user").GetString(), args[0]);
        Assert.Equal(seen.GetProperty("user").GetString(), args[1]);
    }

    [Fact]
    public void A_stale_nonce_is_named_at_infinexs()
    {
        var seen = examined.Of("infinex");
        var (error, args) = Outcome(seen, "again");

        Assert.Equal("InfinexERC2771ForwarderNonceAlreadyUsed", error);
        Assert.Equal([seen.GetProperty("user").GetString()!, seen.GetProperty("nonce").GetString()!], args);
    }

    [Theory]
    [InlineData("openZeppelin", "ERC2771ForwarderInvalidSigner")]
    [InlineData("infinex", "InfinexERC2771ForwarderInvalidSigner")]
    public void Anothers_signature_and_none_are_refused(string dialect, string error)
    {
        var seen = examined.Of(dialect);
        var forged = Outcome(seen, "forged");

        Assert.Equal(error, forged.Error);
        Assert.Equal([seen.GetProperty("stranger").GetString()!, seen.GetProperty("user").GetString()!], forged.Args);
        Assert.Equal(error, Outcome(seen, "shortSignature").Error);
        Assert.Equal(error, Outcome(seen, "nobody").Error);
        Assert.Equal(error, Outcome(seen, "batchWithoutReceiver").Error);
    }

    [Theory]
    [InlineData("openZeppelin", "ERC2771ForwarderExpiredRequest")]
    [InlineData("infinex", null)] // It has no deadline: the relayer imposes its own.
    public void A_past_deadline_is_refused_where_there_is_one(string dialect, string? error) =>
        Assert.Equal(error, Outcome(examined.Of(dialect), "expired").Error);

    [Theory]
    [InlineData("openZeppelin", "ERC2771ForwarderMismatchedValue")]
    [InlineData("infinex", "InfinexERC2771ForwarderMismatchedValue")]
    public void The_value_sent_must_be_the_value_signed(string dialect, string error)
    {
        Assert.Equal((error, "5,0"), Joined(Outcome(examined.Of(dialect), "valueMissing")));
        Assert.Equal((error, "0,5"), Joined(Outcome(examined.Of(dialect), "valueTooMuch")));
    }

    [Theory]
    [InlineData("openZeppelin", "FailedCall")]
    [InlineData("infinex", "InfinexERC2771ForwarderFailedInnerCall")]
    public void An_inner_revert_reverts_all_and_hides_the_reason_which_the_target_itself_tells(string dialect, string error)
    {
        var seen = examined.Of(dialect);

        Assert.Equal(error, Outcome(seen, "innerRevert").Error);
        Assert.False(seen.GetProperty("spentByInnerRevert").GetBoolean());
        Assert.Contains("because", Outcome(seen, "innerReason").Error!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_batch_with_a_receiver_skips_the_invalid_and_spends_the_failing(string dialect)
    {
        var seen = examined.Of(dialect);
        var successes = seen.GetProperty("batchExecuted").EnumerateArray().Select(one => one.GetProperty("success").GetBoolean());

        Assert.True(seen.GetProperty("batchSucceeded").GetBoolean());
        Assert.Equal("1", seen.GetProperty("batchCounted").GetString());
        Assert.Equal([true, false], successes);
        Assert.All(seen.GetProperty("batchSpent").EnumerateArray(), spent => Assert.True(spent.GetBoolean()));
    }

    [Fact]
    public void Too_little_gas_for_the_inner_call_is_noticed()
    {
        Assert.Equal("InfinexERC2771ForwarderGasShrinkDetected", Outcome(examined.Of("infinex"), "shrunkGas").Error);

        // OpenZeppelin's burns everything by an invalid opcode: there is no error to decode.
        var burnt = Outcome(examined.Of("openZeppelin"), "shrunkGas").Error;
        Assert.NotNull(burnt);
        Assert.DoesNotContain("FailedCall", burnt, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Burn_uses_about_what_it_was_asked_to(string dialect)
    {
        var gas = long.Parse(examined.Of(dialect).GetProperty("burntGas").GetString()!, CultureInfo.InvariantCulture);

        Assert.InRange(gas, 500_000, 620_000); // With the transaction's and the forwarder's own share.
    }

    private static (string? Error, string[] Args) Outcome(JsonElement seen, string name)
    {
        var outcome = seen.GetProperty(name);
        return (outcome.GetProperty("error").GetString(), [.. outcome.GetProperty("args").EnumerateArray().Select(arg => arg.GetString()!)]);
    }

    private static (string?, string) Joined((string? Error, string[] Args) outcome) => (outcome.Error, string.Join(',', outcome.Args));

    /// <summary>One chain, and one run of <c>tests/client/contracts.ts</c> on it.</summary>
    public sealed class Examined : IAsyncLifetime
    {
        private JsonElement _seen;

        public JsonElement Of(string dialect) => _seen.GetProperty(dialect);

        public async ValueTask InitializeAsync()
        {
            var cancellation = TestContext.Current.CancellationToken;
            await using var node = await AnvilNode.StartAsync(cancellation: cancellation);
            var contracts = await Deployment.CreateAsync(node, cancellation: cancellation);
            var run = await TypeScriptClient.RunAsync(
                "contracts",
                [
                    "--rpc", node.Url.ToString(),
                    "--openzeppelin", contracts.OpenZeppelin.ToString(),
                    "--infinex", contracts.Infinex.ToString(),
                    "--target", contracts.Target.ToString(),
                ],
                cancellation);
            Assert.True(run.ExitCode == 0, run.Output);
            _seen = run.Summary;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
