using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using DevChain;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>A factory, Circle's contracts and Circle itself, beside what every keeper's test has. One chain is source and destination.</summary>
internal sealed class AccountsWorld : IAsyncDisposable
{
    private AccountsWorld(KeeperWorld keepers, DevAccounts contracts, CircleStandIn circle) =>
        (Keepers, Contracts, Circle) = (keepers, contracts, circle);

    public KeeperWorld Keepers { get; }

    public DevAccounts Contracts { get; }

    public CircleStandIn Circle { get; }

    public AnvilNode Node => Keepers.Node;

    public static async Task<AccountsWorld> StartAsync(PostgresFixture postgres, int version = 1, int signers = 1)
    {
        var keepers = await KeeperWorld.StartAsync(postgres, signers: signers);
        var circle = await CircleStandIn.StartAsync(keepers.Node, KeeperWorld.Cancellation);
        return new AccountsWorld(keepers, await DevAccounts.DeployAsync(keepers.Node, circle.Attester.Address, version), circle);
    }

    /// <summary>An instance with all three keepers.</summary>
    public KeeperInstance Add(Action<KeepersOptions>? change = null, int confirmations = 0) => Keepers.Add(
        options =>
        {
            options.Deployment.Factory = $"{Contracts.Factory.Address}";
            options.Deployment.Usdc = options.Bridging.Usdc = $"{Contracts.Usdc.Address}";
            (options.Redemption.Domain, options.Redemption.GiveUpAfter) = ((long)DevAccounts.Destination, TimeSpan.FromDays(1));
            options.Redemption.Sources["source"] = new RedemptionSourceOptions
            {
                ChainId = Node.ChainId,
                Domain = (long)DevAccounts.Source,
                Transmitter = $"{Contracts.Transmitter.Address}",
                Messenger = $"{Contracts.Messenger.Address}",
                Receiver = $"{Contracts.Receiver.Address}",
                Scan = { StartBlock = 0 },
            };
            foreach (var limits in new KeeperLimitOptions[] { options.Deployment, options.Bridging, options.Redemption })
            {
                limits.Grace = TimeSpan.Zero;
                limits.MaxLossPerActionWei = limits.MaxLossPerDayWei = BigInteger.Pow(10, 19).ToString(CultureInfo.InvariantCulture);
            }

            change?.Invoke(options);
        },
        confirmations: confirmations,
        circle: Circle.Url);

    /// <summary>An account that is not deployed, in the book.</summary>
    public async Task<PlannedAccount> PlanAsync(KeeperInstance app, Func<PlannedAccount, PlannedAccount>? change = null)
    {
        var planned = await DrawAsync();
        planned = change?.Invoke(planned) ?? planned;
        await app.Get<AccountBook>().AddAsync(
            new ChainId(Node.ChainId), [planned], new Instruction("test", "a test"), KeeperWorld.Cancellation);
        return planned;
    }

    /// <summary>An account that is deployed, in the book.</summary>
    public async Task<PlannedAccount> DeployAsync(KeeperInstance app)
    {
        var planned = await PlanAsync(app);
        await CreateAsync(planned);
        return planned;
    }

    /// <summary>Somebody else deploys an account.</summary>
    public Task CreateAsync(PlannedAccount account) => Contracts.Factory.SendAsync(
        "createAccount(bytes32,uint256,address,address,address)", account.Salt, account.Number, account.First, account.Second, account.Third);

    /// <summary>Somebody else has an account bridge what it holds.</summary>
    /// <returns>The transaction.</returns>
    public async Task<string> BridgeAsync(PlannedAccount account) =>
        (await new DevContract(Node, account.Account).SendAsync("bridgeUSDCWithCircle()")).GetProperty("transactionHash").GetString()!;

    /// <summary>Somebody else redeems a burn.</summary>
    public async Task RedeemAsync(string transaction)
    {
        var message = Assert.Single(await Circle.MessagesAsync(transaction));
        await Contracts.Receiver.SendAsync("receiveMessage(bytes,bytes)", message, Circle.Sign(message));
    }

    /// <summary>Somebody else's transaction for more gas than we pay, which waits in the pool.</summary>
    public async Task SendDearlyAsync(Address to, byte[] data)
    {
        var from = (await Node.AccountsAsync(KeeperWorld.Cancellation))[0];
        var transaction = new
        {
            from,
            to = $"{to}",
            data = Hex.Encode(data),
            gas = "0x1e8480",
            maxFeePerGas = "0x174876e800",
            maxPriorityFeePerGas = "0x174876e800",
        };
        await Node.Rpc.SendAsync("eth_sendTransaction", [transaction], KeeperWorld.Cancellation);
    }

    /// <summary>From now on blocks come only on demand.</summary>
    public async Task HoldBlocksAsync()
    {
        await Node.SetAutomineAsync(false, KeeperWorld.Cancellation);
        await Node.SetBlockTimeAsync(TimeSpan.Zero, KeeperWorld.Cancellation);
    }

    /// <summary>Ticks until a decision was made so often; our clock runs a little faster.</summary>
    public Task RunUntilAsync(KeeperInstance app, string keeper, string decision, int count = 1, Func<Task>? meanwhile = null) =>
        Keepers.BecomesAsync(
            async () => (await DecisionsAsync(keeper)).Count(told => told == decision) >= count,
            async () =>
            {
                Keepers.Time.Advance(TimeSpan.FromSeconds(5));
                await app.RunAsync(keeper);
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
            });

    public Task<List<string>> DecisionsAsync(string keeper) => Keepers.ColumnAsync<string>(
        $"select decision || ':' || reason from keeper_decisions where keeper = '{keeper}' order by id");

    public async Task<bool> HasCodeAsync(Address account) =>
        (await Node.Rpc.SendAsync("eth_getCode", [$"{account}", "latest"], KeeperWorld.Cancellation)).GetString() != "0x";

    public Task<T> ScalarAsync<T>(string sql) => Keepers.ScalarAsync<T>(sql);

    public async ValueTask DisposeAsync()
    {
        await Circle.DisposeAsync();
        await Keepers.DisposeAsync();
    }

    private async Task<PlannedAccount> DrawAsync()
    {
        var salt = new Hash32(RandomNumberGenerator.GetBytes(Hash32.Size));
        Address[] three = [DevKey.Create().Address, DevKey.Create().Address, DevKey.Create().Address];
        return new PlannedAccount(await Contracts.PredictAsync(salt, 1, three[0], three[1], three[2]), salt, 1, three[0], three[1], three[2]);
    }
}
