using System.Globalization;
using System.Numerics;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>
/// What may happen to three kinds of keepers, in an order that a seed decides: fees rise and fall, contracts turn, somebody else is faster,
/// blocks are late, instances die in the middle of a run.
/// </summary>
internal sealed class BudgetScenario : IAsyncDisposable
{
    private const int Steps = 16;
    private static readonly ulong[] Harms = [0, 6, 7];
    private static readonly string[] Kinds = [KeeperNames.Settlement, KeeperNames.Liquidation, KeeperNames.Upkeeps];

    private readonly Random _random;
    private readonly HermesStandIn _hermes;
    private readonly DevPerps _perps;
    private readonly KeeperInstance[] _apps = new KeeperInstance[2];
    private readonly BigInteger _weiPerUsd;
    private readonly int _dataGas;
    private TimeSpan _ahead;
    private ulong _accounts;

    private BudgetScenario(Random random, KeeperWorld world, HermesStandIn hermes, DevPerps perps)
    {
        (_random, World, _hermes, _perps) = (random, world, hermes, perps);
        _weiPerUsd = random.Next(2) * BigInteger.Pow(10, 14) * random.Next(1, 20);
        _dataGas = random.Next(2) * 50_000;
        Lanes = new BudgetLanes(perps, _weiPerUsd);
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        hermes.Now = () => (TimeProvider.System.GetUtcNow() + _ahead).ToUnixTimeSeconds();
    }

    public KeeperWorld World { get; }

    /// <summary>What each lane may lose and bring in.</summary>
    public BudgetLanes Lanes { get; }

    public static async Task<BudgetScenario> BeginAsync(PostgresFixture postgres, int seed)
    {
        var world = await KeeperWorld.StartAsync(postgres, signers: 2);
        var hermes = await HermesStandIn.StartAsync(KeeperWorld.Cancellation);
        var steps = new BudgetScenario(new Random(seed), world, hermes, await DevPerps.DeployAsync(world.Node, windowSeconds: 3_600));
        await steps.SettleInAsync();
        return steps;
    }

    /// <summary>All that happens, with a look at the books after each step.</summary>
    public async Task RunAsync(Func<Task> assert)
    {
        for (var step = 0; step < Steps; step++)
        {
            await HappenAsync();
            await World.Node.SetNextBaseFeeAsync(new BigInteger(_random.Next(1, 3_000)) * 1_000_000, KeeperWorld.Cancellation);
            await MoveAsync(TimeSpan.FromSeconds(_random.Next(1, 20)));
            await TickAsync();
            await assert();
        }

        await FlowAsync();
    }

    /// <summary>What the market says that our accounts earned, in wei.</summary>
    public async Task<BigInteger> EarnedAsync()
    {
        var earned = BigInteger.Zero;
        foreach (var key in World.Keys)
        {
            earned += await _perps.RewardsAsync(key.Address) * _weiPerUsd / PerpsWorld.One;
        }

        return earned;
    }

    /// <summary>What went on, for whoever wants to know how much a seed is worth.</summary>
    public async Task<string> TellAsync() => string.Join(", ", await World.ColumnAsync<string>(
        """
        select format('%s x %s:%s:%s', count(*), keeper, decision, reason) from keeper_decisions group by keeper, decision, reason
        union all select format('%s attempts of %s transactions', count(*), count(distinct transaction_id)) from attempts
        union all select format('%s ended as %s', count(*), state) from transactions group by state
        """));

    public async ValueTask DisposeAsync()
    {
        await _hermes.DisposeAsync();
        await World.DisposeAsync();
    }

    private async Task SettleInAsync()
    {
        Lanes.Draw(_random);
        for (var i = 0; i < 2; i++)
        {
            Lanes.Upkeeps.Add(await DevContract.DeployAsync(World.Node, "RogueUpkeep", "constructor(uint8)", Harms[_random.Next(Harms.Length)]));
        }

        for (var i = 0; i < _apps.Length; i++)
        {
            _apps[i] = Start();
        }

        for (var i = 0; i < 4; i++)
        {
            await CommitAsync();
        }

        // From now on a block comes when a step says so: what is sent waits in the pool, is raced and replaced there.
        await World.Node.SetAutomineAsync(false, KeeperWorld.Cancellation);
        await World.Node.SetBlockTimeAsync(TimeSpan.Zero, KeeperWorld.Cancellation);
    }

    private KeeperInstance Start() => World.Add(Lanes.Configure, hermes: _hermes.Url, change: options =>
    {
        var fees = options.Chains["test"].Fees;
        (fees.BumpAfter, fees.BumpEvery, fees.MaxAge) = (TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        (fees.DataGas, fees.CloseBefore) = (_dataGas, TimeSpan.FromSeconds(2));
    });

    private async Task HappenAsync()
    {
        switch (_random.Next(8))
        {
            case 0 or 1:
                await CommitAsync();
                break;
            case 2 or 3 or 4:
                await SubmitAsync("setCollateral(uint128,int256)", await AnyAsync("settlement", "state in (2, 3)") ?? Anybody(), 10 * PerpsWorld.One);
                break;
            case 5:
                // Dead in the middle of whatever it did; another one takes its place.
                var place = _random.Next(_apps.Length);
                using (var death = new CancellationTokenSource(_random.Next(1, 60)))
                {
                    await Task.WhenAll(Kinds.Select(kind => RunUntilDeadAsync(_apps[place], kind, death.Token)));
                }

                await _apps[place].DisposeAsync();
                _apps[place] = Start();
                break;
            case 6 when _random.Next(4) == 0:
                await MoveAsync(TimeSpan.FromDays(1));
                break;
        }
    }

    private async Task TickAsync()
    {
        await Task.WhenAll(_apps.SelectMany(app => Kinds.Select(kind => app.Keepers.RunAsync(kind, KeeperWorld.Cancellation))));
        if (_random.Next(2) == 0)
        {
            await RaceAsync();
        }

        if (_random.Next(3) > 0)
        {
            await World.Node.MineAsync(1, KeeperWorld.Cancellation);
        }

        await Task.WhenAll(_apps.Select(app => app.Engine.ConfirmAsync(KeeperWorld.Cancellation)));
    }

    /// <summary>What we have in the pool, somebody else wants to do too.</summary>
    private async Task RaceAsync()
    {
        if (await AnyAsync("settlement", "state < 2") is { } trader)
        {
            await HurryAsync("settleOrder(uint128)", trader);
        }

        if (await AnyAsync("liquidation", "state < 2") is { } debtor)
        {
            await HurryAsync("liquidate(uint128)", debtor);
        }
    }

    /// <summary>An account that there is such work for.</summary>
    private async Task<ulong?> AnyAsync(string keeper, string which)
    {
        var accounts = await World.ColumnAsync<string>(
            $"select details::json ->> 'account' from keeper_work where keeper = '{keeper}' and {which} order by sent_at desc nulls last, id");
        return accounts.Count == 0 ? null : ulong.Parse(accounts[_random.Next(accounts.Count)], CultureInfo.InvariantCulture);
    }

    /// <summary>Blocks come, until nothing is under way any more.</summary>
    private Task FlowAsync() => World.BecomesAsync(
        async () => await World.ScalarAsync<long>("select (select count(*) from keeper_work where state = 1) + (select count(*) from transactions where state < 4)") == 0,
        async () =>
        {
            await World.Node.MineAsync(1, KeeperWorld.Cancellation);
            await MoveAsync(TimeSpan.FromSeconds(5));
            await _apps[0].Engine.ConfirmAsync(KeeperWorld.Cancellation);
        });

    private static async Task RunUntilDeadAsync(KeeperInstance app, string kind, CancellationToken death)
    {
        try
        {
            await app.Keepers.RunAsync(kind, death);
        }
        catch (Exception failure) when (failure is OperationCanceledException or Npgsql.NpgsqlException)
        {
            // That is how it died.
        }
    }

    private async Task CommitAsync()
    {
        var account = ++_accounts;
        await SubmitAsync("setCollateral(uint128,int256)", account, 1_000 * PerpsWorld.One);
        await _perps.SubmitCommitAsync(account, 1, _random.Next(4) == 0 ? 1_900 : 2_100);
    }

    private ulong Anybody() => (ulong)_random.NextInt64(1, (long)_accounts + 1);

    private Task<string> SubmitAsync(string signature, params AbiValue[] arguments) => _perps.Market.SubmitAsync(signature, arguments);

    /// <summary>Somebody else, for more gas than we pay; with the price of now and, where it is known, of the order.</summary>
    private async Task HurryAsync(string signature, ulong account)
    {
        var now = _hermes.Now();
        await SendDearlyAsync(_perps.Oracle.Address, Update(1, 60, now), "0x1");
        var order = await _perps.Market.CallAsync("getOrder(uint128)", "((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))", account);
        var time = (long)order[0].AsItems()[0].AsUInt64() + 2;
        await SendDearlyAsync(_perps.Oracle.Address, Update(2, (ulong)time, time), "0x1");
        await SendDearlyAsync(_perps.Market.Address, AbiSignature.Parse(signature).Encode(account), "0x0");
    }

    private byte[] Update(byte kind, ulong asked, long time) =>
        new OracleQuery(_perps.Oracle.Address, kind, asked, [DevPerps.Feed]).FulfilData([_hermes.Sign(DevPerps.Feed, time, time - 1)]);

    private Task SendDearlyAsync(Address to, byte[] data, string value) =>
        Rival.SendAsync(World.Node, to, data, value, tipGwei: 3, cancellation: KeeperWorld.Cancellation);

    /// <summary>All clocks move together.</summary>
    private async Task MoveAsync(TimeSpan by)
    {
        await World.Node.IncreaseTimeAsync(by, KeeperWorld.Cancellation);
        _ahead += by;
        World.Time.Advance(by);
    }
}
