using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Storms.Workloads;

namespace Storms.Keepers;

/// <summary>What keepers work on: a market, upkeeps and accounts, with the services that they ask.</summary>
internal sealed record KeeperScenario : IAsyncDisposable
{
    /// <summary>What a dollar of reward is worth: settling then costs about as much as it brings.</summary>
    public static readonly BigInteger WeiPerUsd = BigInteger.Pow(10, 15);

    private const string OperatorsKey = "the-storms-own-key-of-32-characters-9d2b";
    private const string CreateAccount = "createAccount(bytes32,uint256,address,address,address)";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private KeeperScenario()
    {
    }

    public required AnvilNode Node { get; init; }

    public required DevPerps Perps { get; init; }

    public required DevAccounts Accounts { get; init; }

    /// <summary>An upkeep that does what it simulates.</summary>
    public required DevContract Honest { get; init; }

    /// <summary>One that burns all gas once it is mined, until it is told to stop.</summary>
    public required DevContract Rogue { get; init; }

    /// <summary>What somebody wants done, by keeper and subject as a <see cref="WorkOnChain"/> has them.</summary>
    public ConcurrentDictionary<(string Keeper, string Subject), bool> Wishes { get; } = new();

    /// <summary>Accounts that were handed in and hold nothing yet.</summary>
    public ConcurrentQueue<(Address Account, IReadOnlyList<AbiValue> Arguments)> Undeployed { get; } = new();

    /// <summary>The most that an action and a day may cost, by lane.</summary>
    public static IReadOnlyDictionary<string, (BigInteger Action, BigInteger Day)> Limits { get; } = new Dictionary<string, (BigInteger, BigInteger)>
    {
        [KeeperNames.Settlement] = Ether(1, 10),
        [KeeperNames.Liquidation] = Ether(1, 10),
        [KeeperNames.Deployment] = Ether(1, 10),
        [KeeperNames.Bridging] = Ether(1, 10),
        [KeeperNames.Redemption] = Ether(1, 10),
        ["honest"] = Ether(1, 10),
        ["rogue"] = (BigInteger.Pow(10, 16), 5 * BigInteger.Pow(10, 15)),
    };

    private HermesStandIn Hermes { get; init; } = null!;

    private CircleStandIn Circle { get; init; } = null!;

    /// <summary>Which of the node's accounts acts. Each takes its own nonces, one after the other.</summary>
    private string From { get; init; } = "";

    /// <summary>Deploys everything.</summary>
    /// <param name="shared">Where.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="windowSeconds">How long an order can be settled.</param>
    public static async Task<KeeperScenario> BuildAsync(SharedStack shared, CancellationToken cancellation, ulong windowSeconds = 3_600)
    {
        var node = shared.Stack.Node;
        var hermes = await StartHermesAsync(cancellation);
        var circle = await CircleStandIn.StartAsync(node, cancellation);
        var perps = await DevPerps.DeployAsync(node, windowSeconds);
        var accounts = await DevAccounts.DeployAsync(node, circle.Attester.Address);
        var honest = await DevContract.DeployAsync(node, "DemandUpkeep");
        var rogue = await DevContract.DeployAsync(node, "DemandUpkeep");
        await rogue.SendAsync("setTurning(bool)", true);
        return new KeeperScenario
        {
            Node = node,
            Perps = perps,
            Accounts = accounts,
            Honest = honest,
            Rogue = rogue,
            Hermes = hermes,
            Circle = circle,
            From = (await node.AccountsAsync(cancellation))[0],
        };
    }

    /// <summary>Goes on in a scenario that was set up before.</summary>
    public static async Task<KeeperScenario> ReturnAsync(SharedStack shared, KeeperScenarioPlan plan, CancellationToken cancellation)
    {
        var node = shared.Stack.Node;
        var scenario = new KeeperScenario
        {
            Node = node,
            Perps = new DevPerps(At(0), At(1), At(2), At(3)),
            Accounts = new DevAccounts(At(4), At(5), At(6), At(7), At(8), At(9)),
            Honest = At(10),
            Rogue = At(11),
            Hermes = await StartHermesAsync(cancellation),
            Circle = await CircleStandIn.StartAsync(node, plan.Attester, cancellation),
            From = (await node.AccountsAsync(cancellation))[0],
        };
        foreach (var wish in plan.Wishes)
        {
            scenario.Wishes[(wish.Keeper, wish.Subject)] = true;
        }

        return scenario;

        DevContract At(int place) => new(node, Address.Parse(plan.Contracts[place]));
    }

    /// <summary>What it takes to come back.</summary>
    public KeeperScenarioPlan Plan() => new(
        [.. new[]
        {
            Perps.Pyth, Perps.Oracle, Perps.Multicall, Perps.Market, Accounts.Usdc, Accounts.Arrived, Accounts.Transmitter, Accounts.Messenger,
            Accounts.Receiver, Accounts.Factory, Honest, Rogue,
        }.Select(contract => contract.Address.ToString())],
        Circle.Attester, [.. Wishes.Keys.Select(wish => new Wish(wish.Keeper, wish.Subject))]);

    /// <summary>The same scenario as one of its traders sees it.</summary>
    public KeeperScenario As(string account) => this with
    {
        From = account,
        Perps = Perps with { Market = Perps.Market.As(account) },
        Accounts = Accounts with { Usdc = Accounts.Usdc.As(account) },
        Honest = Honest.As(account),
        Rogue = Rogue.As(account),
    };

    /// <summary>The settings of an app with all six keepers, each every second.</summary>
    public Dictionary<string, string> Settings() => KeeperScenarioSettings.Of(this, Hermes, Circle, OperatorsKey);

    /// <summary>An operator hands in accounts that the factory can deploy.</summary>
    public async Task HandInAsync(RelayerUnderTest relayer, int count, CancellationToken cancellation)
    {
        var entries = new JsonArray();
        for (var i = 0; i < count; i++)
        {
            var salt = new Hash32(RandomNumberGenerator.GetBytes(Hash32.Size));
            Address[] three = [DevKey.Create().Address, DevKey.Create().Address, DevKey.Create().Address];
            var account = await Accounts.PredictAsync(salt, 1, three[0], three[1], three[2]);
            Undeployed.Enqueue((account, [salt, 1UL, three[0], three[1], three[2]]));
            entries.Add(new JsonObject
            {
                ["account"] = $"{account}",
                ["salt"] = $"{salt}",
                ["number"] = "1",
                ["addresses"] = new JsonArray([.. three.Select(address => (JsonNode)$"{address}")]),
            });
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(relayer.Running[0].Url, $"api/admin/chains/{Node.ChainId}/accounts"));
        request.Headers.Add("x-functions-key", OperatorsKey);
        request.Content = JsonContent.Create(new JsonObject { ["reason"] = "a storm", ["accounts"] = entries });
        using var answer = await _http.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Somebody else deploys an account.</summary>
    public Task CreateAsync(IReadOnlyList<AbiValue> arguments) => HurryAsync(Accounts.Factory.Address, AbiSignature.Parse(CreateAccount).Encode(arguments));

    /// <summary>Somebody else settles an order, with the price that it wants.</summary>
    public async Task SettleAsync(ulong account)
    {
        var order = await Perps.Market.CallAsync(
            "getOrder(uint128)", "((uint256,(uint128,uint128,int128,uint128,uint256,bytes32,address)))", account);
        var time = (long)order[0].AsItems()[0].AsUInt64() + 2;
        await HurryAsync(Perps.Oracle.Address, Fulfil(2, (ulong)time, Hermes.Sign(DevPerps.Feed, time, time - 1)), "0x1");
        await HurryAsync(Perps.Market.Address, AbiSignature.Parse("settleOrder(uint128)").Encode(account));
    }

    /// <summary>Somebody else liquidates an account, with the price of now.</summary>
    public async Task LiquidateAsync(ulong account)
    {
        var now = Hermes.Now();
        await HurryAsync(Perps.Oracle.Address, Fulfil(1, 60, Hermes.Sign(DevPerps.Feed, now, now - 1)), "0x1");
        await HurryAsync(Perps.Market.Address, AbiSignature.Parse("liquidate(uint128)").Encode(account));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Hermes.DisposeAsync();
        await Circle.DisposeAsync();
    }

    private static async Task<HermesStandIn> StartHermesAsync(CancellationToken cancellation)
    {
        var hermes = await HermesStandIn.StartAsync(cancellation);
        hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        return hermes;
    }

    private byte[] Fulfil(byte kind, ulong time, byte[] update) => new OracleQuery(Perps.Oracle.Address, kind, time, [DevPerps.Feed]).FulfilData([update]);

    /// <summary>For more gas than we pay; it may fail, when we were first nevertheless.</summary>
    private Task HurryAsync(Address to, byte[] data, string value = "0x0") =>
        Rival.SendAsync(Node, to, data, value, maxGwei: 10, tipGwei: 5, From);

    private static (BigInteger Action, BigInteger Day) Ether(int action, int day) => (action * BigInteger.Pow(10, 18), day * BigInteger.Pow(10, 18));
}

/// <summary>The addresses of a scenario, and what is wanted there.</summary>
internal sealed record KeeperScenarioPlan(IReadOnlyList<string> Contracts, DevKey Attester, IReadOnlyList<Wish> Wishes);

/// <summary>What somebody wants done.</summary>
internal sealed record Wish(string Keeper, string Subject);
