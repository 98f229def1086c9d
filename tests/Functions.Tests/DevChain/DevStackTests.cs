using System.Net;
using DevChain;

namespace Functions.Tests.DevChain;

[Trait("needs", "services")]
public sealed class DevStackTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_stops_when_asked_starts_again_and_all_is_gone_after_disposal()
    {
        var stack = await DevStack.StartAsync(cancellation: Cancellation);
        var first = stack.App.ProcessId;
        var endedByItself = await stack.App.StopAsync();
        await stack.App.StartAsync(Cancellation);
        using var answer = await stack.App.Http.GetAsync(new Uri("api/ready", UriKind.Relative), Cancellation);
        int[] ids = [first, stack.App.ProcessId, stack.Node.ProcessId, stack.Postgres.ProcessId];
        await stack.DisposeAsync();

        Assert.True(endedByItself);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(4, ids.Distinct().Count());
        Assert.All(ids, id => Assert.False(Running.Is(id)));
    }

    [Fact]
    public async Task A_setting_the_app_refuses_is_told_with_its_own_words()
    {
        var options = new DevStackOptions
        {
            Settings = new Dictionary<string, string> { ["Chains__local__Forwarders__0__Dialect"] = "Esperanto" },
        };
        var refused = await Assert.ThrowsAsync<DevChainException>(() => DevStack.StartAsync(options, Cancellation));

        Assert.Contains("Dialect", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signers_are_funded_and_forwarders_deployed()
    {
        await using var stack = await DevStack.StartAsync(new DevStackOptions { StartApp = false, SignerEther = 3 }, Cancellation);

        foreach (var signer in stack.Signers)
        {
            Assert.Equal(3_000_000_000_000_000_000, await stack.Node.BalanceAsync(signer.Address.ToString(), Cancellation));
        }

        foreach (var contract in new[] { stack.Contracts.OpenZeppelin, stack.Contracts.Infinex, stack.Contracts.Target })
        {
            var code = await stack.Node.Rpc.SendAsync("eth_getCode", [contract.ToString(), "latest"], Cancellation);
            Assert.True(code.GetString()!.Length > 1000);
        }
    }
}
