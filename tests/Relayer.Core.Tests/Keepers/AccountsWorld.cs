using System.Numerics;
using System.Security.Cryptography;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Operations;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Keepers;

/// <summary>
/// A factory, Circle's contracts and Circle itself, beside what every keeper's test has. Source and destination are one chain, or two.
/// </summary>
internal sealed class AccountsWorld : IAsyncDisposable
{
    private AccountsWorld(KeeperWorld keepers, AnvilNode node, DevAccounts contracts, CircleStandIn circle) =>
        (Keepers, Node, Contracts, Circle) = (keepers, node, contracts, circle);

    public KeeperWorld Keepers { get; }

    public DevAccounts Contracts { get; }

    public CircleStandIn Circle { get; }

    /// <summary>Where the accounts are, and burn.</summary>
    public AnvilNode Node { get; }

    /// <summary>Where what was burnt arrives.</summary>
    public AnvilNode Destination => Keepers.Node;

    private bool IsApart => Node != Destination;

    public static async Task<AccountsWorld> StartAsync(PostgresFixture postgres, int version = 1, int signers = 1, bool apart = false)
    {
        var keepers = await KeeperWorld.StartAsync(postgres, signers: signers);
        var source = keepers.Node;
        if (apart)
        {
            source = await AnvilNode.StartAsync(
                new AnvilOptions { ChainId = 31_338, BlockTime = TimeSpan.FromSeconds(1), MixedMining = true }, cancellation: KeeperWorld.Cancellation);
            await source.SetBalanceAsync($"{keepers.Keys[0].Address}", BigInteger.Pow(10, 20), KeeperWorld.Cancellation);
        }

        var circle = await CircleStandIn.StartAsync(source, KeeperWorld.Cancellation);
        var contracts = await DevAccounts.DeployAsync(source, circle.Attester.Address, version, keepers.Node);
        return new AccountsWorld(keepers, source, contracts, circle);
    }

    /// <summary>An instance with all three keepers.</summary>
    public KeeperInstance Add(Action<KeepersOptions>? change = null, int confirmations = 0) => Keepers.Add(
        options =>
        {
            if (!IsApart)
            {
                ConfigureAccounts(options);
            }

            (options.Redemption.Domain, options.Redemption.GiveUpAfter) = ((long)DevAccounts.Destination, TimeSpan.FromDays(1));
            options.Redemption.Sources["source"] = new RedemptionSourceOptions
            {
                ChainId = Node.ChainId,
                Domain = (long)DevAccounts.Source,
                Transmitter = Contracts.Transmitter.Address,
                Messenger = Contracts.Messenger.Address,
                Receiver = Contracts.Receiver.Address,
                Scan = { StartBlock = 0 },
            };
            Loosen(options.Redemption);
            change?.Invoke(options);
        },
        confirmations: confirmations,
        circle: Circle.Url,
        change: options =>
        {
            if (IsApart)
            {
                var source = new ChainOptions { ChainId = Node.ChainId, RpcTimeout = TimeSpan.FromSeconds(5), Confirmations = confirmations };
                source.Rpc.Add(Node.Url.ToString());
                ConfigureAccounts(source.Keepers);
                options.Chains["source"] = source;
            }
        });

    private void ConfigureAccounts(KeepersOptions options)
    {
        options.Deployment.Factory = Contracts.Factory.Address;
        options.Deployment.Usdc = options.Bridging.Usdc = Contracts.Usdc.Address;
        Loosen(options.Deployment);
        Loosen(options.Bridging);
    }

    private static void Loosen(KeeperLimitOptions limits)
    {
        limits.Grace = TimeSpan.Zero;
        limits.MaxLossPerActionWei = limits.MaxLossPerDayWei = new(10_000_000_000_000_000_000);
    }

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
    public Task SendDearlyAsync(Address to, byte[] data, AnvilNode? node = null) =>
        Rival.SendAsync(node ?? Node, to, data, cancellation: KeeperWorld.Cancellation);

    /// <summary>From now on blocks come only on demand.</summary>
    public async Task HoldBlocksAsync(AnvilNode? node = null)
    {
        await (node ?? Node).SetAutomineAsync(false, KeeperWorld.Cancellation);
        await (node ?? Node).SetBlockTimeAsync(TimeSpan.Zero, KeeperWorld.Cancellation);
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
        await (IsApart ? Node.DisposeAsync() : ValueTask.CompletedTask);
    }

    private async Task<PlannedAccount> DrawAsync()
    {
        var salt = new Hash32(RandomNumberGenerator.GetBytes(Hash32.Size));
        Address[] three = [DevKey.Create().Address, DevKey.Create().Address, DevKey.Create().Address];
        return new PlannedAccount(await Contracts.PredictAsync(salt, 1, three[0], three[1], three[2]), salt, 1, three[0], three[1], three[2]);
    }
}
