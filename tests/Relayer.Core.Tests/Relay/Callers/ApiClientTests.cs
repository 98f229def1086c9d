using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Relay.Rules;

namespace Relayer.Core.Tests.Relay.Callers;

/// <summary>What API clients may do, and what is kept for them.</summary>
public sealed class ApiClientTests
{
    private static readonly Address Other = Address.Parse("0x00000000000000000000000000000000000000aa");

    [Fact]
    public void A_clients_requests_call_its_own_contracts_and_nobody_elses_are_looked_at()
    {
        var rule = new ClientTargetRule(Clients(("shop", [Samples.Target]), ("other", [Other]), ("all", [])));

        Assert.Null(rule.Check(Samples.Candidate()));
        Assert.Null(rule.Check(Samples.Candidate() with { Caller = Of("shop") }));
        Assert.Null(rule.Check(Samples.Candidate() with { Caller = Of("all") }));
        Assert.Equal(RefusalCode.TargetNotAllowed, rule.Check(Samples.Candidate() with { Caller = Of("other") })?.Code);
    }

    [Fact]
    public void What_a_user_tries_is_counted_for_that_user_and_refused_with_the_time_to_wait()
    {
        var attempts = new OnlyOnce();
        var rule = new AttemptsRule(attempts);

        Assert.Null(rule.Check(Samples.Candidate()));
        Assert.Equal((RefusalCode.TooManyRequests, TimeSpan.FromSeconds(7)), (rule.Check(Samples.Candidate()) is { } no ? (no.Code, no.RetryAfter!.Value) : default));
        Assert.Equal([Samples.User.Address], attempts.Seen);
    }

    [Fact]
    public void A_page_is_told_by_its_origin_and_a_server_by_its_key_alone()
    {
        var options = new RelayerOptions();
        options.Clients["page"] = new() { Origins = { "https://app.example" } };
        options.Clients["server"] = new();
        var (page, server) = (new ApiClients(options).Find("Page")!, new ApiClients(options).Find("server")!);

        Assert.True(page.IsPublic && page.MayComeFrom("https://APP.example"));
        Assert.False(page.MayComeFrom("https://evil.example") || page.MayComeFrom(null));
        Assert.True(!server.IsPublic && server.MayComeFrom(null) && server.MayComeFrom("https://evil.example"));
    }

    [Theory]
    [InlineData(null, "", "1000")] // Nobody can be known: nothing is kept for them.
    [InlineData("here", "", "1000")]
    [InlineData("here", "400", "1000")]
    [InlineData("here", "none", "1000")]
    [InlineData("here", "", "none")]
    [InlineData("elsewhere", "", "1000")]
    public void Half_of_the_chains_budget_is_kept_for_callers_that_are_known(string? client, string anonymous, string chain)
    {
        var options = new ChainOptions { ChainId = 31337 };
        options.Policy.Targets.Add(new TargetOptions { Address = Samples.Target });
        (options.Budgets.HourWei, options.Budgets.AnonymousHourWei) = (chain, anonymous);
        var budgets = SponsorBudgets.From(options, client is null ? Clients() : Clients((client, [client == "here" ? Samples.Target : Other])));

        Wei? expected = (client, anonymous, chain) switch
        {
            ("here", "400", _) => new Wei(400),
            ("here", "", "1000") => new Wei(500),
            _ => null,
        };
        Assert.Equal(expected, budgets.Anonymous.Hour);
        Assert.Equal(client == "here" ? new Wei(77) : null, budgets.Clients.GetValueOrDefault("here").Hour);
    }

    private static Caller Of(string client) => new(CallerKind.Client, client);

    private static ApiClients Clients(params (string Name, Address[] Targets)[] clients)
    {
        var options = new RelayerOptions();
        foreach (var (name, targets) in clients)
        {
            options.Clients[name] = new() { Targets = [.. targets], HourWei = new Wei(77) };
        }

        return new ApiClients(options);
    }

    private sealed class OnlyOnce : IUserAttempts
    {
        public HashSet<Address> Seen { get; } = [];

        public TimeSpan? Count(Address user) => Seen.Add(user) ? null : TimeSpan.FromSeconds(7);
    }
}
