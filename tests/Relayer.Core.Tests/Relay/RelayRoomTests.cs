using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Transactions;

namespace Relayer.Core.Tests.Relay;

/// <summary>Who gets a signer's places when there are not enough for all.</summary>
[Trait("needs", "services")]
public sealed class RelayRoomTests(PostgresFixture postgres)
{
    private static readonly RelayPolicy WithClients = Samples.Policy with
    {
        Budgets = SponsorBudgets.None with { Clients = new Dictionary<string, BudgetLimit> { ["shop"] = default } },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Strangers_leave_an_eighth_of_a_signers_places_to_known_callers()
    {
        await using var world = await StartAsync();
        var intake = await Intake.OfAsync(world);

        var strangers = await intake.PostAsync(Enumerable.Range(0, 20).Select(i => From(i, Caller.Anonymous)));
        var known = await intake.PostAsync(Enumerable.Range(20, 4).Select(i => From(i, i % 2 == 0 ? new Caller(CallerKind.Client, "shop") : new Caller(CallerKind.Admitted))));

        Assert.Equal((14, 2), (Written(strangers), Written(known)));
        Assert.All(strangers.Concat(known).OfType<IntakeOutcome.Refused>(), refused => Assert.Equal(RefusalCode.SignersExhausted, refused.Refusal.Code));
    }

    [Fact]
    public async Task Where_nobody_can_be_known_nothing_is_kept()
    {
        await using var world = await StartAsync();
        var intake = await Intake.OfAsync(world);

        var outcomes = await intake.PostAsync(Enumerable.Range(0, 20).Select(i => From(i, Caller.Anonymous, Samples.Policy)));

        Assert.Equal(16, Written(outcomes));
    }

    [Fact]
    public async Task Whoever_finds_no_room_waits_for_the_next_block_and_shares_a_transaction()
    {
        await using var world = await StartAsync(new BatchLimits(100, 10_000_000));
        var intake = await Intake.OfAsync(world);
        for (var i = 0; i < 14; i++)
        {
            Assert.Equal(1, Written(await intake.PostAsync([From(i, Caller.Anonymous)])));
        }

        var waiting = intake.PostAsync(Enumerable.Range(20, 30).Select(i => From(i, Caller.Anonymous)));
        await world.Database.ExecuteAsync("update transactions set state = 4 where nonce < 3");
        var outcomes = await waiting;

        Assert.Equal(30, Written(outcomes));
        Assert.InRange(await world.Database.ScalarAsync<long>("select count(*) from transactions"), 15, 17);
    }

    private Task<EngineWorld> StartAsync(BatchLimits? batching = null) => EngineWorld.StartAsync(
        postgres, new AnvilOptions { MineOnDemand = true },
        new ChainOptions
        {
            MaxInFlightPerSigner = 16,
            Batching = { MaxRequests = batching?.MaxRequests ?? 1, MaxGas = (long)(batching?.MaxGas ?? 1_000_000) },
        });

    private static RelayCandidate From(int user, Caller caller, RelayPolicy? policy = null) =>
        Samples.Candidate(message => message with { From = Plans.Account((byte)user) }, policy: policy ?? WithClients) with { Caller = caller };

    private static int Written(IEnumerable<IntakeOutcome> outcomes) => outcomes.OfType<IntakeOutcome.Written>().Count();

    /// <summary>One instance's.</summary>
    private sealed record Intake(RelayIntake One, Quote Quote)
    {
        public static async Task<Intake> OfAsync(EngineWorld world) => new(
            new RelayIntake(world.Engine, world.Database.Database, new BudgetGate(world.Time), world.Time), await world.Engine.QuoteAsync(100_000, Cancellation));

        public async Task<IntakeOutcome[]> PostAsync(IEnumerable<RelayCandidate> candidates) => await Task.WhenAll(
            candidates.ToArray().Select(candidate => One.AcceptAsync(new PendingRelay(candidate, Quote.Fees!, Quote.Signers), Cancellation)));
    }
}
