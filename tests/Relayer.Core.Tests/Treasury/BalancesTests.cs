using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using DevChain;
using Microsoft.Extensions.DependencyInjection;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Tests.Keys;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Reports;

namespace Relayer.Core.Tests.Treasury;

[Trait("needs", "services")]
public sealed class BalancesTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_providers_that_say_the_same_agree_and_one_that_lies_is_shown_and_nothing_is_paid_by_it()
    {
        CrookedNode crooked = null!;
        await using var world = await GasWorld.StartAsync(
            postgres, signers: 2, signerMilli: 10, rpc: async node => [node.Url, (crooked = await CrookedNode.StartAsync(node)).Url]);
        await using var lying = crooked;
        Assert.Equal(Agreement.Agreed, (await world.ReadAsync()).Agreement);

        var victim = $"{world.Signer}".ToLowerInvariant();
        crooked.Lie = (method, parameters) => method == "eth_getBalance" && ((string)parameters[0]!).Equals(victim, StringComparison.OrdinalIgnoreCase) ? "0x1" : null;
        var reading = await world.ReadAsync();

        Assert.Equal(Agreement.Disputed, reading.Agreement);
        Assert.Equal([ProviderStatus.Answered, ProviderStatus.Differs], reading.Providers.Select(view => view.Status));
        Assert.Null(reading.Find(world.Signer)!.State);
        Assert.Equal(["10000000000000000", "1"], reading.Find(world.Signer)!.Answers.Select(answer => answer.BalanceWei));
        Assert.NotNull(reading.Find(world.Keys[1].Address)!.State);
        Assert.Equal([world.Keys[1].Address], (await world.TopUpAsync()).Select(transfer => transfer.Signer));
        Assert.Contains(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "balances_disputed");

        // In the records too: null beside what each of them said.
        var shown = (await world.Get<GasReport>().ReadAsync(Cancellation)).Chains[0];
        var account = shown.Accounts.Single(item => item.Reading.Account == world.Signer);
        Assert.Null(account.Reading.State);
        Assert.Equal(2, account.Reading.Answers.Count);
        Assert.Null(shown.Total);

        crooked.Lie = (_, _) => null;
        Assert.Equal(Agreement.Agreed, (await world.ReadAsync()).Agreement);
        Assert.DoesNotContain(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "balances_disputed");
    }

    [Fact]
    public async Task A_council_key_that_cannot_be_had_is_told_before_a_signer_is_low_and_closed_when_it_can_be()
    {
        await using var vault = await KeyVaultStandIn.StartAsync(Cancellation);
        await using var world = await GasWorld.StartAsync(postgres, change: chain => (chain.Council.Secret, chain.Council.Key) = ("council", ""));
        using var transport = new HttpClientTransport(vault.CreateHandler());
        var instance = world.AddInstance(services => services.AddSingleton(new KeyVaultSecrets(
            new KeyVaultOptions { Uri = vault.Uri }, world.Time, () => new FixedTokenCredential(),
            new SecretClientOptions { DisableChallengeResourceVerification = true, Transport = transport })));
        var balances = instance.GetRequiredService<BalanceReader>();

        var without = await balances.ReadAsync(world.ChainId, Cancellation);
        var told = Assert.Single(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "council_key_unavailable");
        vault.Set("council", world.Council.PrivateKey);
        world.Time.Advance(TimeSpan.FromHours(1));
        var with = await balances.ReadAsync(world.ChainId, Cancellation);

        Assert.Equal([AccountRole.Signer], without!.Accounts.Select(account => account.Role));
        Assert.Contains("secret council", told.Report.Detail, StringComparison.Ordinal);
        Assert.Equal([AccountRole.Council, AccountRole.Signer], with!.Accounts.Select(account => account.Role));
        Assert.DoesNotContain(await world.OpenIncidentsAsync(), incident => incident.Report.Kind == "council_key_unavailable");
    }

    [Fact]
    public async Task A_provider_that_lies_about_the_councils_wallet_stops_every_transfer()
    {
        CrookedNode crooked = null!;
        await using var world = await GasWorld.StartAsync(
            postgres, signerMilli: 10, rpc: async node => [node.Url, (crooked = await CrookedNode.StartAsync(node)).Url]);
        await using var lying = crooked;
        var wallet = $"{world.Council.Address}";
        crooked.Lie = (method, parameters) => method == "eth_getBalance" && ((string)parameters[0]!).Equals(wallet, StringComparison.OrdinalIgnoreCase)
            ? "0xffffffffffffffffffff" : null;

        Assert.Empty(await world.TopUpAsync());
    }

    [Fact]
    public async Task A_provider_that_stands_still_is_passed_over_and_shown()
    {
        CrookedNode crooked = null!;
        await using var world = await GasWorld.StartAsync(
            postgres, signerMilli: 10, rpc: async node => [node.Url, (crooked = await CrookedNode.StartAsync(node)).Url]);
        await using var lagging = crooked;
        var still = await world.Node.BlockNumberAsync(Cancellation);
        await world.AdvanceAsync(TimeSpan.FromMinutes(10));
        await world.Node.MineAsync(5, Cancellation);
        crooked.StandStillAt(still);

        var reading = await world.ReadAsync();

        Assert.Equal((Agreement.Single, ProviderStatus.Behind), (reading.Agreement, reading.Providers[1].Status));
        Assert.Equal(still, reading.Providers[1].Head);
        Assert.Equal(still + 5, reading.Block.Number);
        Assert.Single(await world.TopUpAsync());
    }

    [Fact]
    public void The_block_is_one_that_all_who_keep_up_have_and_that_is_confirmed()
    {
        Assert.Equal(97, BalanceReading.ChooseBlock([Head(100, 0), Head(99, 12), Head(50, 600), Silent()], 2, Now));
        Assert.Equal(98, BalanceReading.ChooseBlock([Head(100, 0), Head(1_000_000, -86_400)], 2, Now)); // One from the future.
        Assert.Equal(0, BalanceReading.ChooseBlock([Head(1, 0)], 2, Now));
        Assert.Null(BalanceReading.ChooseBlock([Silent()], 2, Now));
    }

    [Fact]
    public void Of_another_block_nothing_is_believed_even_where_the_figures_are_the_same()
    {
        var account = Plans.Account(1);
        var reading = BalanceReading.Compare(
            new ChainId(1), [Head(9, 0), Head(9, 0)], [View(1, 5), View(2, 5)], [(account, AccountRole.Signer)], operators: 1, Now)!;

        Assert.Equal(Agreement.Disputed, reading.Agreement);
        Assert.Null(reading.Accounts[0].State);
    }

    // A letter is an operator, the number what it says an account holds; a dash after it is another block.
    [Theory]
    [InlineData("A5 B5 C9", 3, 5L, Agreement.Agreed, "==!")]
    [InlineData("C9 A5 B5", 3, 5L, Agreement.Agreed, "!==")]
    [InlineData("A5 B5- C5", 3, 5L, Agreement.Agreed, "=!=")]
    [InlineData("A5 B6 C9", 3, null, Agreement.Disputed, "=!!")]
    [InlineData("A5", 3, null, Agreement.Single, "=")] // The others are silent.
    [InlineData("A5 A5 B9", 2, null, Agreement.Disputed, "==!")]
    [InlineData("A9 A9 B5 C5", 3, 5L, Agreement.Agreed, "!!==")]
    [InlineData("A5 B5", 2, 5L, Agreement.Agreed, "==")]
    [InlineData("A5", 2, 5L, Agreement.Single, "=")]
    [InlineData("A5 A5", 1, 5L, Agreement.Single, "==")]
    public void What_an_account_holds_is_what_enough_operators_say(string said, int operators, long? believed, Agreement agreement, string views)
    {
        ProviderAnswer<AccountsAtBlock>[] answers =
            [.. said.Split(' ').Select((one, i) => View(one.EndsWith('-') ? (byte)2 : (byte)1, one[1] - (ulong)'0') with { Provider = $"{one[0]}{i}", Operator = one[..1] })];

        var reading = BalanceReading.Compare(
            new ChainId(1), [.. answers.Select(_ => Head(9, 0))], answers, [(Plans.Account(1), AccountRole.Signer)], operators, Now)!;

        Assert.Equal((believed, agreement), ((long?)(ulong?)reading.Accounts[0].State?.Balance.ToBigInteger(), reading.Agreement));
        Assert.Equal(views, string.Concat(reading.Providers.Select(view => view.Status == ProviderStatus.Differs ? '!' : '=')));
        Assert.Equal(views.Contains('!', StringComparison.Ordinal), reading.Disagreements.Count == 1);
    }

    [Fact]
    public async Task One_of_three_that_lies_about_a_balance_stops_no_transfer_and_is_kept_as_evidence()
    {
        CrookedNode crooked = null!;
        await using var second = new Holder();
        await using var world = await GasWorld.StartAsync(
            postgres, signerMilli: 10, rpc: async node =>
                [node.Url, (crooked = await CrookedNode.StartAsync(node)).Url, (second.Node = await CrookedNode.StartAsync(node)).Url]);
        await using var lying = crooked;
        var wallet = $"{world.Council.Address}";
        crooked.Lie = (method, parameters) => method == "eth_getBalance" && ((string)parameters[0]!).Equals(wallet, StringComparison.OrdinalIgnoreCase)
            ? "0xffffffffffffffffffff" : null;

        Assert.Single(await world.TopUpAsync());

        Assert.Equal(3, await world.Database.ScalarAsync<long>("select count(*) from provider_disagreements where what = 'account'"));
        Assert.Equal([crooked.Url.Authority], await world.Database.ColumnAsync<string>("select operator from provider_disagreements where not believed"));
    }

    [Fact]
    public async Task Old_readings_are_thinned_to_one_an_hour_and_then_one_a_day()
    {
        await using var world = await GasWorld.StartAsync(postgres);
        await world.Database.ExecuteAsync($"""
            insert into readings (chain_id, block_number, block_hash, block_time, taken_at, agreement, providers)
            select {world.ChainId.Value}, n, '\x00', now(), date_trunc('day', now(), 'UTC') - interval '90 days' + n * interval '20 minutes', 0, '[]'
            from generate_series(1, 90 * 72) n;
            insert into balances (chain_id, account, role, block_number, balance, nonce)
            select chain_id, '\x01', 0, block_number, 1, 1 from readings
            """);

        await world.Get<BalanceReader>().ThinAsync(Cancellation);
        await world.Get<BalanceReader>().ThinAsync(Cancellation);

        Assert.Equal(1, await world.Database.ScalarAsync<long>("select max(n) from (select count(*) n from readings where taken_at < now() - interval '61 days' group by date_trunc('day', taken_at, 'UTC')) d"));
        Assert.Equal(1, await world.Database.ScalarAsync<long>("select max(n) from (select count(*) n from readings where taken_at < now() - interval '3 days' group by date_trunc('hour', taken_at, 'UTC')) d"));
        Assert.Equal(3, await world.Database.ScalarAsync<long>("select max(n) from (select count(*) n from readings where taken_at > date_trunc('day', now(), 'UTC') - interval '1 day' group by date_trunc('hour', taken_at, 'UTC')) d"));
        Assert.Equal(0, await world.Database.ScalarAsync<long>("select count(*) from balances b where not exists (select from readings r where r.block_number = b.block_number)"));
    }

    private static ProviderAnswer<BlockHeader> Head(long number, int secondsAgo) =>
        new("a", new BlockHeader(number, new Hash32(new byte[32]), Now.AddSeconds(-secondsAgo), null), null);

    private sealed class Holder : IAsyncDisposable
    {
        public CrookedNode? Node { get; set; }

        public ValueTask DisposeAsync() => Node?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static ProviderAnswer<BlockHeader> Silent() => new("b", null, "is unavailable");

    private static ProviderAnswer<AccountsAtBlock> View(byte hash, ulong balance)
    {
        var bytes = new byte[32];
        bytes[0] = hash;
        return new("a", new AccountsAtBlock(new BlockHeader(8, new Hash32(bytes), Now, null), [new AccountState(new Wei(balance), 1)]), null);
    }
}
