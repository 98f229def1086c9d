using DevChain;

namespace Functions.Tests.DevChain;

/// <summary>The relayer as the frontend uses it: a TypeScript client with viem, knowing nothing but <c>/api/chains</c>.</summary>
[Trait("needs", "services")]
public sealed class FrontendTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("OpenZeppelin")]
    [InlineData("Infinex")]
    public async Task A_user_without_ether_relays_three_requests(string dialect)
    {
        await using var stack = await DevStack.StartAsync(cancellation: Cancellation);
        var run = await RunAsync(stack, "--dialect", dialect, "--users", "1", "--requests", "3");

        Assert.True(run.ExitCode == 0, run.Output + stack.App.Output);
        Assert.Equal(3, run.Summary.GetProperty("confirmed").GetInt32());
        Assert.True(run.Summary.GetProperty("checkedOnChain").GetBoolean());
    }

    [Fact]
    public async Task Two_hundred_users_at_once_with_forged_signatures_among_them()
    {
        await using var stack = await DevStack.StartAsync(cancellation: Cancellation);
        var run = await RunAsync(stack, "--users", "200", "--bad", "40");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(200, run.Summary.GetProperty("confirmed").GetInt32());
        Assert.Equal(40, run.Summary.GetProperty("refused").GetProperty("signature_mismatch").GetInt32());
        Assert.Equal(240, run.Summary.GetProperty("requested").GetInt32());
    }

    [Fact]
    public async Task Impatient_users_post_all_before_waiting_for_any()
    {
        await using var stack = await DevStack.StartAsync(cancellation: Cancellation);
        var run = await RunAsync(stack, "--users", "10", "--requests", "8", "--pipeline");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(80, run.Summary.GetProperty("confirmed").GetInt32());
    }

    [Fact]
    public async Task Users_lose_nothing_when_the_app_is_killed_under_them()
    {
        await using var stack = await DevStack.StartAsync(cancellation: Cancellation);
        var running = RunAsync(stack, "--users", "20", "--requests", "4");
        await UntilRelaysAreUnderWayAsync(stack, 25);
        await stack.App.KillAsync();
        await stack.App.StartAsync(Cancellation);
        var run = await running;

        Assert.True(run.ExitCode == 0, run.Output + stack.App.Output);
        Assert.Equal(80, run.Summary.GetProperty("confirmed").GetInt32());
        Assert.NotEmpty(run.Summary.GetProperty("retries").EnumerateObject());
    }

    private static async Task UntilRelaysAreUnderWayAsync(DevStack stack, long count)
    {
        for (long sent = 0; sent < count;)
        {
            await Task.Delay(10, Cancellation);
            sent = 0;
            foreach (var signer in stack.Signers)
            {
                sent += await stack.Node.NonceAsync(signer.Address.ToString(), Cancellation);
            }
        }
    }

    private static async Task<ClientRun> RunAsync(DevStack stack, params IReadOnlyList<string> arguments)
    {
        var run = await TypeScriptClient.RelayAsync(
            ["--api", stack.App.Url.ToString(), "--rpc", stack.Node.Url.ToString(), .. arguments], Cancellation);
        TestContext.Current.SendDiagnosticMessage(run.Summary.GetRawText());
        return run;
    }
}
