using DevChain;

namespace Functions.Tests.DevChain;

[Trait("needs", "services")]
public sealed class AnvilNodeTests
{
    private const string Somebody = "0x00000000000000000000000000000000000000aa";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_answers_and_is_gone_after_disposal()
    {
        var node = await AnvilNode.StartAsync(cancellation: Cancellation);
        var processId = node.ProcessId;
        var chainId = JsonRpc.ToInteger(await node.Rpc.SendAsync("eth_chainId", [], Cancellation));
        await node.DisposeAsync();

        Assert.Equal(31337, chainId);
        Assert.False(Running.Is(processId));
        Assert.True(Running.IsFree(node.Port));
    }

    [Fact]
    public async Task The_chain_can_be_mined_moved_in_time_and_taken_back()
    {
        await using var node = await AnvilNode.StartAsync(cancellation: Cancellation);
        await node.SetBalanceAsync(Somebody, 12345, Cancellation);
        var snapshot = await node.SnapshotAsync(Cancellation);
        await node.SetBalanceAsync(Somebody, 0, Cancellation);
        await node.SetNonceAsync(Somebody, 7, Cancellation);
        await node.MineAsync(3, Cancellation);
        await node.IncreaseTimeAsync(TimeSpan.FromHours(2), Cancellation);
        var height = await node.BlockNumberAsync(Cancellation);
        await node.RevertAsync(snapshot, Cancellation);

        Assert.Equal(4, height);
        Assert.Equal(0, await node.BlockNumberAsync(Cancellation));
        Assert.Equal(12345, await node.BalanceAsync(Somebody, Cancellation));
    }

    [Fact]
    public async Task A_stopped_node_comes_back_at_its_port_with_its_state()
    {
        await using var node = await AnvilNode.StartAsync(cancellation: Cancellation);
        await node.SetBalanceAsync(Somebody, 777, Cancellation);
        await node.MineAsync(2, Cancellation);
        await node.StopAsync();
        var whileStopped = await node.Rpc.AnswersAsync();
        await node.StartAsync(Cancellation);

        Assert.False(whileStopped);
        Assert.Equal(777, await node.BalanceAsync(Somebody, Cancellation));
        Assert.Equal(2, await node.BlockNumberAsync(Cancellation));
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        await using var node = await AnvilNode.StartAsync(cancellation: Cancellation);
        var refused = await Assert.ThrowsAsync<DevChainException>(
            () => AnvilNode.StartAsync(new AnvilOptions { Port = node.Port }, cancellation: Cancellation));

        Assert.Contains($"{node.Port}", refused.Message, StringComparison.Ordinal);
    }
}
