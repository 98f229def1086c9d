using System.Net.Http.Headers;
using System.Text;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;
using Storms.Keepers;
using Storms.Workloads;

namespace Storms.Upgrade;

/// <summary>Has this release go on with what an older one left in the middle of its work, and audits all of it.</summary>
public static class Thaw
{
    private const int OldSteps = 11;

    // In the older release's words: it is asked before anything is changed.
    private const string UnderWay =
        """
        select unnest(array['transactions', 'relays', 'top-ups', 'keepers'' work']), unnest(array[
            (select count(*) from transactions where state < 4), (select count(*) from relays where state < 3),
            (select count(*) from top_ups where state = 0), (select count(*) from keeper_work where state < 2)])
        """;

    /// <summary>Loads chain and rows, starts this release on them, has users ask again, and waits until everything has come to its end.</summary>
    /// <param name="folder">What <c>dotnet run -c Release --project tests/Storms -- freeze</c> wrote.</param>
    /// <param name="progress">Gets a line for each step.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(string folder, Action<string>? progress, CancellationToken cancellation)
    {
        var frozen = await Frozen.ReadAsync(folder, cancellation);
        var chain = new DumpedChain(await File.ReadAllBytesAsync(Frozen.ChainFile(folder), cancellation), frozen.ToDeployment());
        await using var shared = await SharedStack.StartAsync(chain, progress, cancellation);
        await shared.Stack.Node.ResumeClockAsync(cancellation);
        var plan = frozen.Scenario.ToPlan();
        await using var scenario = await KeeperScenario.ReturnAsync(shared, plan, cancellation);
        var council = frozen.Council.ToKey();
        var options = new RelayerUnderTestOptions
        {
            Council = council,
            Keys = [.. frozen.Signers.Select(signer => signer.ToKey())],
            FirstBlock = frozen.FirstBlock,
            Settings = scenario.Settings().Concat(TopUpAudit.Settings(council)).ToDictionary(),
        };
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, options, cancellation);
        var open = await RestoreAsync(relayer, folder, cancellation);
        await relayer.StartAsync(0, null, cancellation);
        await relayer.At(0).WaitUntilReadyAsync(cancellation);
        SignedRequest[] requests = [.. frozen.Posts.Select(post => post.ToRequest(relayer))];
        foreach (var signed in requests)
        {
            signed.Answer = await AskAgainAsync(relayer.At(0), signed, cancellation);
        }

        var (violations, summary) = await KeeperAuditor.CheckAsync(scenario, relayer, cancellation, requests);
        var (wrong, topUps) = await TopUpAudit.CheckAsync(relayer, cancellation);
        return new StormReport(
            $"what {frozen.Commit[..7]} left in the middle of its work", $"thaw {folder}", 0, [
                .. open.Where(kind => kind.Count == 0).Select(kind => $"no {kind.Name} were under way"), .. violations, .. wrong,
            ],
            $"under way: {string.Join(", ", open.Select(kind => $"{kind.Count} {kind.Name}"))}; in the end {requests.Length} requests, {topUps} top-ups; {summary}",
            relayer.Output);
    }

    /// <summary>The schema as the older release made it, by the steps that are frozen, and its rows.</summary>
    /// <returns>How much of each kind was under way.</returns>
    private static async Task<IReadOnlyList<(string Name, long Count)>> RestoreAsync(RelayerUnderTest relayer, string folder, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(relayer.Database) { Pooling = false }.ConnectionString);
        await new Migrator(source, NullLogger<Migrator>.Instance) { Steps = [.. Migration.All.Take(OldSteps)] }.MigrateAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var command = new NpgsqlCommand("drop table schema_steps", connection))
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await RowDump.ReadAsync(connection, Frozen.RowsFile(folder), cancellation);
        return await Audit.Rows.ReadAsync(connection, UnderWay, row => (row.GetString(0), row.GetInt64(1)), cancellation);
    }

    /// <summary>The same request again, by users who never got an answer as by those who did: a known one is told how it stands.</summary>
    private static async Task<GivenAnswer> AskAgainAsync(FunctionApp app, SignedRequest signed, CancellationToken cancellation)
    {
        while (true)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(signed.Body));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await app.Http.PostAsync(new Uri("api/relay", UriKind.Relative), content, cancellation);
            if ((int)answer.StatusCode is not (429 or 503))
            {
                return new GivenAnswer((int)answer.StatusCode, (string?)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))?["code"]);
            }

            await Task.Delay(100, cancellation);
        }
    }
}
