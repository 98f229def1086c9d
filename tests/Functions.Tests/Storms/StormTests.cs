using Storms;
using Storms.Faults;
using Storms.Keepers;

namespace Functions.Tests.Storms;

/// <summary>
/// After every storm each accepted request is on chain once, nothing refused is, no nonce is open, and the ledger's fees are the chain's
/// to the wei. Longer ones: <c>dotnet run -c Release --project tests/Storms -- --help</c>.
/// </summary>
[Collection(StormCollection.Name)]
public sealed class StormTests(StormFixture fixture)
{
    // Small counts: each kind of thing happens, in little time. Many of each is what the commands are for.
    private const int RandomKills = 6;
    private const int Seeds = 4;

    private static readonly TimeSpan FaultsLast = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_audit_sees_whatever_is_tampered_with()
    {
        var (before, unseen) = await AuditRehearsal.RunAsync(fixture.Stack, Cancellation);

        Assert.Empty(before);
        Assert.Empty(unseen);
    }

    [Fact]
    public async Task Four_instances_on_one_database_killed_at_random_lose_nothing_and_do_nothing_twice()
    {
        var report = await KillStorm.RandomAsync(fixture.Stack, instances: 4, RandomKills, isFaulty: false, seed: 1, Say, Cancellation);

        AssertHolds(report);
        Assert.Equal(RandomKills, report.Kills);
    }

    [Fact]
    public async Task An_instance_killed_between_every_two_steps_loses_nothing_and_does_nothing_twice()
    {
        var reports = await Task.WhenAll(KillStorm.Lanes.Select(points =>
            KillStorm.AtPointsAsync(fixture.Stack, points, rounds: 1, seed: 2, Say, Cancellation)));

        Assert.All(reports, AssertHolds);
        Assert.Equal(KillStorm.Lanes.Sum(points => points.Count), reports.Sum(report => report.Kills));
    }

    [Fact]
    public async Task The_audit_of_keepers_sees_whatever_is_tampered_with()
    {
        var (before, unseen) = await KeeperRehearsal.RunAsync(fixture.Stack, Cancellation);

        Assert.Empty(before);
        Assert.Empty(unseen);
    }

    [Fact]
    public async Task Keepers_killed_between_every_two_steps_do_everything_once_and_account_for_every_wei()
    {
        var report = await KeeperStorm.RunAsync(
            fixture.Stack, instances: 3, KeeperStorm.Points, rounds: 1, kills: 1, seed: 6, Say, Cancellation);

        AssertHolds(report);
        Assert.Equal(KeeperStorm.Points.Count + 1, report.Kills);
    }

    [Fact]
    public Task Each_fault_of_a_node_by_itself_is_survived() =>
        AssertSurvivedAsync(FaultSchedule.Kinds.Select((fault, i) => FaultSchedule.Of(fault, seed: 100 + i)));

    [Fact]
    public Task All_faults_of_a_node_at_random_are_survived() =>
        AssertSurvivedAsync(Enumerable.Range(1, Seeds).Select(FaultSchedule.All));

    [Fact]
    public async Task A_failover_of_the_database_to_its_streaming_replica_loses_nothing_and_is_over_soon() =>
        AssertHolds(await FailoverStorm.RunAsync(fixture.Stack, failovers: 1, within: TimeSpan.FromSeconds(10), seed: 4, Say, Cancellation));

    [Fact]
    public async Task Whoever_posts_again_what_a_restored_backup_does_not_know_is_told_the_truth() =>
        AssertHolds(await RestoreStorm.RunAsync(requests: 4, seed: 5, Say, Cancellation));

    [Fact]
    public async Task Blocks_taken_back_under_load_are_made_up_for_and_no_end_is_wrong_for_long() =>
        AssertHolds(await ReorgStorm.RunAsync(confirmations: [1, 6], depths: [1, 5], within: TimeSpan.FromSeconds(60), seed: 7, Say, Cancellation));

    [Fact]
    public async Task Restarts_of_the_database_under_load_lose_nothing_that_was_accepted() =>
        AssertHolds(await DatabaseStorm.RestartAsync(fixture.Stack, restarts: 1, seed: 3, Say, Cancellation));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_the_disk_is_full_callers_are_told_to_come_back_and_nothing_accepted_is_lost(bool mayMount) =>
        AssertHolds(await DatabaseStorm.DiskFullAsync(fixture.Stack, rounds: 1, mayMount, seed: 4, Cancellation));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_too_few_connections_callers_are_told_to_come_back_and_nothing_accepted_is_lost(bool isServer) =>
        AssertHolds(await DatabaseStorm.FewConnectionsAsync(fixture.Stack, isServer, seed: 5, Cancellation));

    private async Task AssertSurvivedAsync(IEnumerable<FaultSchedule> schedules) =>
        Assert.All(await NodeStorm.RunManyAsync(fixture.Stack, schedules, FaultsLast, Say, Cancellation), AssertHolds);

    private static void Say(string line) => TestContext.Current.SendDiagnosticMessage(line);

    private static void AssertHolds(StormReport report)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.Holds, $"{report}\n\nThe instances' last lines:\n{report.Output}");
    }
}
