using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Transactions that blocks pass over, on a real chain whose base fee the test sets.</summary>
public abstract class PassedOverTests(PostgresFixture postgres)
{
    /// <summary>How long the first attempt is given, and a little more.</summary>
    private protected static readonly TimeSpan AfterFirst = TimeSpan.FromSeconds(31);

    /// <summary>How long each further one is given, and a little more.</summary>
    private protected static readonly TimeSpan AfterNext = TimeSpan.FromSeconds(16);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected static AnvilOptions OnDemand => new() { MineOnDemand = true };

    private protected PostgresFixture Postgres { get; } = postgres;

    private protected Task<EngineWorld> StartAsync(int signers = 1, ulong cap = 500) => EngineWorld.StartAsync(
        Postgres, OnDemand, new ChainOptions { Confirmations = 0, Fees = { MaxFeePerGasWei = Wei.FromGwei(cap) } }, signers);

    /// <summary>A block at a base fee, with whatever pays that.</summary>
    private protected static async Task MineAtAsync(EngineWorld world, ulong gwei)
    {
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(gwei).ToBigInteger(), Cancellation);
        await world.Node.MineAsync(1, Cancellation);
    }

    /// <summary>A block that leaves everything behind, and a pass that sees it; the next block's base fee is the same.</summary>
    private protected static async Task PassOverAsync(EngineWorld world, ulong gwei)
    {
        await world.Engine.ConfirmAsync(Cancellation);
        await MineAtAsync(world, gwei);
        await world.Node.SetNextBaseFeeAsync(Wei.FromGwei(gwei).ToBigInteger(), Cancellation);
        await world.Engine.ConfirmAsync(Cancellation);
    }

    private protected static Task AttemptsAsync(EngineWorld world, Guid id, long count) =>
        BecomesAsync(world, $"select count(*) from attempts where transaction_id = '{id}'", count);

    private protected static Task BecomesAsync(EngineWorld world, string sql, long expected) =>
        UntilAsync(async () => await world.Database.ScalarAsync<long>(sql) == expected, () => $"{sql} is not {expected}:\n{world.Logs.Text}");

    private protected static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), otherwise());
            await Task.Delay(20, Cancellation);
        }
    }
}
