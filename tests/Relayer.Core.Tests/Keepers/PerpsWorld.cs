using System.Numerics;
using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>A Perps market and Hermes, beside what every keeper's test has.</summary>
internal sealed class PerpsWorld : IAsyncDisposable
{
    private PerpsWorld(KeeperWorld keepers, DevPerps perps, HermesStandIn hermes) => (Keepers, Perps, Hermes) = (keepers, perps, hermes);

    public static BigInteger One { get; } = BigInteger.Pow(10, 18);

    /// <summary>What the market pays for a settlement.</summary>
    public static BigInteger Reward { get; } = One / 2;

    /// <summary>What the market pays for liquidating an account that was not flagged.</summary>
    public static BigInteger LiquidationReward { get; } = One * 21 / 10;

    public KeeperWorld Keepers { get; }

    public DevPerps Perps { get; }

    public HermesStandIn Hermes { get; }

    public AnvilNode Node => Keepers.Node;

    public IReadOnlyList<DevKey> Keys => Keepers.Keys;

    public static async Task<PerpsWorld> StartAsync(
        PostgresFixture postgres, int signers = 1, AnvilOptions? anvil = null, ulong windowSeconds = 3_600)
    {
        var keepers = await KeeperWorld.StartAsync(postgres, anvil, signers);
        var hermes = await HermesStandIn.StartAsync(KeeperWorld.Cancellation);
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        hermes.Now = () => keepers.Time.GetUtcNow().ToUnixTimeSeconds();
        return new PerpsWorld(keepers, await DevPerps.DeployAsync(keepers.Node, windowSeconds), hermes);
    }

    public KeeperInstance Add(
        Action<SettlementOptions>? change = null, int confirmations = 0, string? rpc = null, Action<RelayerOptions>? options = null) => Keepers.Add(
        keepers =>
        {
            var settlement = keepers.Settlement;
            (settlement.Market, settlement.Multicall) = (Perps.Market.Address, Perps.Multicall.Address);
            (settlement.Grace, settlement.Scan.StartBlock) = (TimeSpan.Zero, 0);
            settlement.MaxLossPerActionWei = settlement.MaxLossPerDayWei = new(10_000_000_000_000_000_000);
            change?.Invoke(settlement);
        },
        rpc,
        confirmations,
        Hermes.Url,
        change: options);

    public KeeperInstance AddLiquidator(Action<LiquidationOptions>? change = null, int confirmations = 0) => Keepers.Add(
        keepers =>
        {
            var liquidation = keepers.Liquidation;
            (liquidation.Market, liquidation.Multicall) = (Perps.Market.Address, Perps.Multicall.Address);
            (liquidation.Grace, liquidation.Scan.StartBlock) = (TimeSpan.Zero, 0);
            liquidation.MaxLossPerActionWei = liquidation.MaxLossPerDayWei = new(10_000_000_000_000_000_000);
            change?.Invoke(liquidation);
        },
        confirmations: confirmations,
        hermes: Hermes.Url);

    /// <summary>An order, settled by the community at today's price, and enough margin for it.</summary>
    public async Task OpenPositionAsync(ulong account, long size)
    {
        await PushAsync();
        await Perps.FundAsync(account, 5_000);
        await Perps.CommitAsync(account, size, size > 0 ? 100_000 : 1);
        await Keepers.BecomesAsync(
            async () => (await OrderSizeAsync(account)).IsZero,
            async () =>
            {
                await OpenAsync();
                await SettleAsCommunityAsync(account);
            });
    }

    /// <summary>The price falls, on the chain too.</summary>
    public async Task FallAsync(long usd)
    {
        Hermes.Prices[DevPerps.Feed] = _ => usd * 1_0000_0000;
        await PushAsync();
    }

    public async Task CommitAsync(ulong account, long size, long acceptable)
    {
        await Perps.FundAsync(account, 1_000);
        await Perps.CommitAsync(account, size, acceptable);
    }

    /// <summary>The newest commitment's window opens, for the chain, for Hermes and for us.</summary>
    public Task OpenAsync() => MoveAsync(TimeSpan.FromSeconds(3));

    /// <summary>All clocks go on together: the chain's, with a block that shows it, Hermes' and ours.</summary>
    public Task MoveAsync(TimeSpan by)
    {
        Keepers.Time.Advance(by);
        return Node.IncreaseTimeAsync(by, KeeperWorld.Cancellation);
    }

    /// <summary>From now on time stands still and blocks come only by <see cref="AtAsync"/>.</summary>
    public async Task HoldAsync()
    {
        Keepers.Time.Stop();
        await Node.SetAutomineAsync(false, KeeperWorld.Cancellation);
        await Node.SetBlockTimeAsync(TimeSpan.Zero, KeeperWorld.Cancellation);
    }

    /// <summary>A block of exactly this second, with what waits in the pool; Hermes' clock and ours say the same.</summary>
    /// <param name="second">In Unix seconds.</param>
    /// <param name="ahead">Seconds that ours are ahead of the chain.</param>
    public async Task AtAsync(long second, long ahead = 0)
    {
        Keepers.Time.Advance(DateTimeOffset.FromUnixTimeSeconds(second + ahead) - Keepers.Time.GetUtcNow());
        await Node.Rpc.SendAsync("evm_setNextBlockTimestamp", [second], KeeperWorld.Cancellation);
        await Node.MineAsync(1, KeeperWorld.Cancellation);
    }

    /// <summary>The newest block's second.</summary>
    public async Task<long> HeadAsync() => (long)JsonRpc.ToInteger(
        (await Node.Rpc.SendAsync("eth_getBlockByNumber", ["latest", false], KeeperWorld.Cancellation)).GetProperty("timestamp"));

    /// <summary>Somebody else settles, for more gas than we pay.</summary>
    public async Task SettleAsCommunityAsync(ulong account)
    {
        var order = await Perps.Market.CallAsync(
            "getOrder(uint128)", "((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))", account);
        var time = (long)order[0].AsItems()[0].AsUInt64() + 2;
        var query = new Relayer.Core.Keepers.Oracles.OracleQuery(Perps.Oracle.Address, 2, (ulong)time, [DevPerps.Feed]);
        await SendDearlyAsync(Perps.Oracle.Address, query.FulfilData([Hermes.Sign(DevPerps.Feed, time, time - 1)]), "0x1");
        await SendDearlyAsync(Perps.Market.Address, DevChain.Abi.AbiSignature.Parse("settleOrder(uint128)").Encode(account), "0x0");
    }

    /// <summary>Ticks until a decision was made so often.</summary>
    public Task RunUntilAsync(
        KeeperInstance app, string decision, int count = 1, Func<Task>? meanwhile = null, string keeper = KeeperNames.Settlement) => Keepers.BecomesAsync(
        async () => (await ToldAsync()).Count(told => told == decision) >= count,
        async () =>
        {
            await app.RunAsync(keeper);
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
        });

    /// <summary>What was decided, without the waiting for a window to open.</summary>
    public async Task<List<string>> ToldAsync() =>
        [.. (await Keepers.DecisionsAsync()).Where(told => !told.EndsWith("not_due", StringComparison.Ordinal))];

    public Task<T> ScalarAsync<T>(string sql) => Keepers.ScalarAsync<T>(sql);

    public Task<List<T>> ColumnAsync<T>(string sql) => Keepers.ColumnAsync<T>(sql);

    public async ValueTask DisposeAsync()
    {
        await Hermes.DisposeAsync();
        await Keepers.DisposeAsync();
    }

    private async Task PushAsync()
    {
        var now = Hermes.Now();
        var query = new Relayer.Core.Keepers.Oracles.OracleQuery(Perps.Oracle.Address, 1, 60, [DevPerps.Feed]);
        await SendDearlyAsync(Perps.Oracle.Address, query.FulfilData([Hermes.Sign(DevPerps.Feed, now, now - 1)]), "0x1");
    }

    private async Task<BigInteger> OrderSizeAsync(ulong account)
    {
        var order = await Perps.Market.CallAsync(
            "getOrder(uint128)", "((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))", account);
        return order[0].AsItems()[1].AsItems()[2].AsInteger();
    }

    /// <summary>Somebody else's transaction, for more gas than we pay.</summary>
    public Task SendDearlyAsync(Address to, byte[] data, string value = "0x0") =>
        Rival.SendAsync(Node, to, data, value, cancellation: KeeperWorld.Cancellation);
}
