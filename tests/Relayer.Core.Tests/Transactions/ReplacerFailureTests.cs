using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Replacing with several instances, after a crash, without money and across a reorganisation.</summary>
[Trait("needs", "services")]
public sealed class ReplacerFailureTests(PostgresFixture postgres) : PassedOverTests(postgres)
{
    [Fact]
    public async Task Two_instances_that_replace_at_once_make_one_attempt()
    {
        await using var world = await StartAsync();
        var other = world.AddInstance();
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await PassOverAsync(world, gwei: 20);

        world.Time.Advance(AfterFirst);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? world.Engine : other).ConfirmAsync(Cancellation)));
        await AttemptsAsync(world, id, 2);
        await Task.WhenAll(world.Engine.ConfirmAsync(Cancellation), other.ConfirmAsync(Cancellation));

        Assert.Equal(2, (await world.HashesAsync(id)).Count);
        await MineAtAsync(world, gwei: 20);
        await world.WaitForAsync(id, 4);
    }

    [Fact]
    public async Task Killed_between_the_store_and_the_broadcast_of_a_bump_the_stored_bytes_are_sent()
    {
        await using var world = await StartAsync();
        var reserved = Assert.Single(await world.SendAsync(Plans.Create()));
        var bump = await StoreBumpAsync(world, reserved, gwei: 30);
        Assert.False(await world.IsKnownToNodeAsync(bump.Hash));

        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.True(await world.IsKnownToNodeAsync(bump.Hash));
        await world.PassUntilAsync(reserved.Plan.Id, 4);
        Assert.Equal(bump.Hash, new Hash32(await world.Database.ScalarAsync<byte[]>("select hash from transactions")));
        Assert.Equal(2, (await world.HashesAsync(reserved.Plan.Id)).Count);
    }

    [Fact]
    public async Task A_bump_that_the_account_cannot_pay_for_leaves_no_gap_the_earlier_bytes_are_sent_again()
    {
        await using var world = await StartAsync();
        var reserved = await world.SendAsync(Plans.Create(), Plans.Create());
        var first = (await world.HashesAsync(reserved[0].Plan.Id))[0];
        await StoreBumpAsync(world, reserved[0], gwei: 400);
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", Wei.FromGwei(11).ToBigInteger() * 100_000, Cancellation);
        await world.Node.DropTransactionAsync($"{first}", Cancellation);

        await world.AdvanceAsync(TimeSpan.FromSeconds(20));
        await world.Engine.ConfirmAsync(Cancellation);
        Assert.True(await world.IsKnownToNodeAsync(first));
        await world.PassUntilAsync(reserved[1].Plan.Id, 4);
        Assert.Equal(4, await world.KindAsync(reserved[0].Plan.Id));
    }

    [Fact]
    public async Task A_signer_that_cannot_pay_for_more_replaces_nothing_and_says_so_once()
    {
        await using var world = await StartAsync();
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", Wei.FromGwei(11).ToBigInteger() * 50_000, Cancellation);
        await PassOverAsync(world, gwei: 20);
        world.Time.Advance(AfterFirst);
        await BecomesAsync(world, "select count(*) from transactions where capped_at is not null", 1L);
        await world.Engine.ConfirmAsync(Cancellation);

        Assert.Single(world.Logs.Lines, line => line.StartsWith("Warning 232", StringComparison.Ordinal));
        await world.Node.SetBalanceAsync($"{world.Keys[0].Address}", Wei.FromGwei(1_000_000_000).ToBigInteger(), Cancellation);
        await AttemptsAsync(world, id, 2);
    }

    [Fact]
    public async Task What_a_reorganisation_takes_back_is_sent_again_at_once()
    {
        await using var world = await EngineWorld.StartAsync(Postgres, OnDemand, new ChainOptions { Confirmations = 3 });
        await world.Node.MineAsync(5, Cancellation);
        var id = Assert.Single(await world.SendAsync(Plans.Create())).Plan.Id;
        var hash = Assert.Single(await world.HashesAsync(id));
        var snapshot = await world.Node.SnapshotAsync(Cancellation);
        await world.Node.MineAsync(1, Cancellation);
        await world.WaitForAsync(id, 3);

        await world.Node.RevertAsync(snapshot, Cancellation);
        await world.Node.DropTransactionAsync($"{hash}", Cancellation);
        await world.Node.MineAsync(2, Cancellation);

        // No time passes: the clock of the test stands but for the real seconds.
        await UntilAsync(() => world.IsKnownToNodeAsync(hash), () => world.Logs.Text);
        await world.PassUntilAsync(id, 4);
    }

    private static async Task<Attempt> StoreBumpAsync(EngineWorld world, ReservedTransaction reserved, ulong gwei)
    {
        var signer = await world.Signers.FindAsync(reserved.ChainId, reserved.Signer, Cancellation);
        var unsigned = reserved.Payload(new TransactionFees.Dynamic(Wei.FromGwei(gwei), Wei.FromGwei(2)));
        var raw = unsigned.Encode(await signer!.SignAsync(unsigned.SigningDigest(), Cancellation));
        var attempt = new Attempt(2, Keccak256.Hash(raw), raw, false, unsigned.Fees);
        await using var connection = await world.Database.OpenAsync();
        Assert.Single(await new TransactionStore(world.Time).StoreAttemptsAsync(connection, [(reserved.Plan.Id, attempt)], Cancellation));
        return attempt;
    }
}
