using System.Numerics;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Oracles;

namespace DevChain;

/// <summary>A Perps market with its oracle on a development chain.</summary>
/// <param name="Pyth">Prices.</param>
/// <param name="Oracle">The ERC-7412 oracle over them.</param>
/// <param name="Multicall">The forwarder of several calls.</param>
/// <param name="Market">The market.</param>
public sealed record DevPerps(DevContract Pyth, DevContract Oracle, DevContract Multicall, DevContract Market)
{
    /// <summary>The feed that the market's price comes from.</summary>
    public static Hash32 Feed { get; } = Hash32.Parse("0xff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace");

    /// <summary>The market's id.</summary>
    public const ulong MarketId = 100;

    private static BigInteger One { get; } = BigInteger.Pow(10, 18);

    /// <summary>Deploys all of it.</summary>
    /// <param name="node">Where.</param>
    /// <param name="windowSeconds">How long an order can be settled; 60 as deployed, more where a busy machine must not matter.</param>
    public static async Task<DevPerps> DeployAsync(AnvilNode node, ulong windowSeconds = 60)
    {
        var pyth = await DevContract.DeployAsync(node, "PythStandIn");
        var oracle = await DevContract.DeployAsync(node, "PythOracleStandIn", "constructor(address)", pyth.Address);
        var multicall = await DevContract.DeployAsync(node, "TrustedMulticall");
        var market = await DevContract.DeployAsync(
            node, "PerpsMarketStandIn", "constructor(address,address,bytes32)", multicall.Address, oracle.Address, Feed);
        await market.SendAsync("setWindow(uint256,uint256,uint256)", 2UL, windowSeconds, 2UL);
        return new DevPerps(pyth, oracle, multicall, market);
    }

    /// <summary>The settings of an app that settles and liquidates on this market, as environment variables.</summary>
    /// <param name="hermes">The price service.</param>
    /// <param name="graceSeconds">How long the community has first.</param>
    public Dictionary<string, string> Settings(HermesStandIn hermes, int graceSeconds)
    {
        ArgumentNullException.ThrowIfNull(hermes);
        var settings = new Dictionary<string, string> { ["Hermes__Url"] = hermes.Url.ToString() };
        foreach (var keeper in new[] { "Settlement", "Liquidation" })
        {
            var prefix = $"Chains__{AppSettings.ChainName}__Keepers__{keeper}__";
            settings[prefix + "Market"] = Market.Address.ToString();
            settings[prefix + "Multicall"] = Multicall.Address.ToString();
            settings[prefix + "Grace"] = TimeSpan.FromSeconds(graceSeconds).ToString();
            settings[prefix + "MaxLossPerActionWei"] = settings[prefix + "MaxLossPerDayWei"] = "100000000000000000000";
            settings[prefix + "Scan__StartBlock"] = "0";
        }

        return settings;
    }

    /// <summary>Gives an account dollars.</summary>
    public Task FundAsync(ulong account, long usd) => Market.SendAsync("setCollateral(uint128,int256)", account, usd * One);

    /// <summary>Commits an order.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="size">How many units, long or (below zero) short.</param>
    /// <param name="acceptable">The worst price in dollars.</param>
    public Task<System.Text.Json.JsonElement> CommitAsync(ulong account, long size, long acceptable) =>
        Market.SendAsync(Commit, Arguments(account, size, acceptable));

    /// <summary>Gives many accounts dollars, or commits an order of one unit for each of them: a hundred in a transaction.</summary>
    public Task FundManyAsync(IEnumerable<ulong> accounts, long usd) =>
        SendManyAsync(accounts, account => Fund.Encode(account, usd * One));

    /// <inheritdoc cref="FundManyAsync"/>
    public Task CommitManyAsync(IEnumerable<ulong> accounts, long acceptable) =>
        SendManyAsync(accounts, account => CommitOrder.Encode(Arguments(account, 1, acceptable)));

    /// <summary>Commits an order and waits for nothing.</summary>
    public Task<string> SubmitCommitAsync(ulong account, long size, long acceptable) =>
        Market.SubmitAsync(Commit, Arguments(account, size, acceptable));

    /// <summary>What a keeper earned, in dollars of 18 decimals.</summary>
    public async Task<BigInteger> RewardsAsync(Address keeper) =>
        (await Market.CallAsync("rewards(address)", "(uint256)", keeper))[0].AsInteger();

    /// <summary>How large an account's position is, in units of 18 decimals.</summary>
    public async Task<BigInteger> SizeAsync(ulong account) =>
        (await Market.CallAsync("getOpenPositionSize(uint128,uint128)", "(int128)", account, MarketId))[0].AsInteger();

    /// <summary>Brings the oracle the newest price, as somebody else would. Prices must cost nothing.</summary>
    public Task PushPriceAsync(HermesStandIn hermes)
    {
        ArgumentNullException.ThrowIfNull(hermes);
        return SendAllAsync([AnswerOf(hermes, OracleQuery.Latest, 60, hermes.Now())]);
    }

    /// <summary>
    /// Opens a position of one unit for each account, with so many dollars: orders that somebody else settles at once. The market must have no
    /// delays, and prices must cost nothing. Thousands share few blocks, since a node copies its state with each: then a block comes every second.
    /// </summary>
    public async Task OpenManyAsync(AnvilNode node, HermesStandIn hermes, IReadOnlyList<ulong> accounts, long usd)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(hermes);
        await SendTogetherAsync(node, accounts, account => Fund.Encode(account, usd * One));
        var blocks = await SendTogetherAsync(node, accounts, account => CommitOrder.Encode(Arguments(account, 1, 1_000_000)));
        foreach (var block in blocks)
        {
            var time = (long)JsonRpc.ToInteger((await node.Rpc.SendAsync("eth_getBlockByNumber", [block, false])).GetProperty("timestamp"));
            await SendAllAsync([AnswerOf(hermes, OracleQuery.Benchmark, (ulong)time, time)]);
        }

        await SendTogetherAsync(node, accounts, account => Settle.Encode(account));
    }

    /// <summary>Nothing is mined before all is handed in: anvil may strand what reaches it while it mines the one before.</summary>
    /// <returns>The blocks.</returns>
    private async Task<IReadOnlyList<string>> SendTogetherAsync(AnvilNode node, IEnumerable<ulong> accounts, Func<ulong, byte[]> call)
    {
        await node.SetAutomineAsync(false);
        await node.SetBlockTimeAsync(TimeSpan.Zero);
        var hashes = new List<string>();
        foreach (var chunk in accounts.Chunk(ManyAtOnce))
        {
            hashes.Add(await Multicall.SubmitWithGasAsync(MostGas, Aggregate, Together(chunk.Select(account => (Market.Address, call(account))))));
        }

        await node.SetBlockTimeAsync(TimeSpan.FromSeconds(1));
        var blocks = new HashSet<string>();
        foreach (var hash in hashes)
        {
            blocks.Add((await Multicall.MinedAsync(hash)).GetProperty("blockNumber").GetString()!);
        }

        return [.. blocks];
    }

    private (Address, byte[]) AnswerOf(HermesStandIn hermes, byte kind, ulong asked, long time) => (
        Oracle.Address, new OracleQuery(Oracle.Address, kind, asked, [Feed]).FulfilData([hermes.Sign(Feed, time, time - 1)]));

    private async Task SendManyAsync(IEnumerable<ulong> accounts, Func<ulong, byte[]> call)
    {
        foreach (var chunk in accounts.Chunk(ManyAtOnce))
        {
            await SendAllAsync(chunk.Select(account => (Market.Address, call(account))));
        }
    }

    private Task SendAllAsync(IEnumerable<(Address To, byte[] Data)> calls) => Multicall.SendWithGasAsync(MostGas, Aggregate, Together(calls));

    private static AbiValue Together(IEnumerable<(Address To, byte[] Data)> calls) =>
        AbiValue.Of([.. calls.Select(call => AbiValue.Of(call.To, true, 0UL, call.Data))]);

    private const string Aggregate = "aggregate3Value((address,bool,uint256,bytes)[])";

    // The most that a transaction may have (EIP-7825).
    private const long MostGas = 1L << 24;

    // As many settlements as fit into one transaction's gas.
    private const int ManyAtOnce = 100;

    private static readonly AbiSignature Settle = AbiSignature.Parse("settleOrder(uint128)");
    private static readonly AbiSignature Fund = AbiSignature.Parse("setCollateral(uint128,int256)");
    private static readonly AbiSignature CommitOrder = AbiSignature.Parse(Commit);

    private const string Commit = "commitOrder((uint128,uint128,int128,uint128,uint256,bytes32,address))";

    private static AbiValue Arguments(ulong account, long size, long acceptable) =>
        AbiValue.Of(MarketId, account, size * One, 0UL, acceptable * One, default(Hash32), default(Address));
}
