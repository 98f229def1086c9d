using System.Net.Http.Headers;
using System.Text;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Relayer.Core.Storage;
using Storms.Audit;
using Storms.Field;
using Storms.Keepers;

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
        await using var ground = await Ground.StartAsync(chain, progress, cancellation);
        await ground.Stack.Node.ResumeClockAsync(cancellation);
        var plan = frozen.Town.ToPlan();
        await using var town = await Town.ReturnAsync(ground, plan, cancellation);
        var council = frozen.Council.ToKey();
        var options = new SiteOptions
        {
            Council = council,
            Keys = [.. frozen.Signers.Select(signer => signer.ToKey())],
            FirstBlock = frozen.FirstBlock,
            Settings = town.Settings().Concat(TopUpAudit.Settings(council)).ToDictionary(),
        };
        await using var site = await Site.SettleAsync(ground, options, cancellation);
        var open = await RestoreAsync(site, folder, cancellation);
        await site.StartAsync(0, null, cancellation);
        await site.At(0).WaitUntilReadyAsync(cancellation);
        Errand[] errands = [.. frozen.Posts.Select(post => post.ToErrand(site))];
        foreach (var errand in errands)
        {
            errand.Verdict = await AskAgainAsync(site.At(0), errand, cancellation);
        }

        var (violations, summary) = await KeeperAuditor.CheckAsync(town, site, cancellation, errands);
        var (wrong, topUps) = await TopUpAudit.CheckAsync(site, cancellation);
        return new StormReport(
            $"what {frozen.Commit[..7]} left in the middle of its work", $"thaw {folder}", 0, [
                .. open.Where(kind => kind.Count == 0).Select(kind => $"no {kind.Name} were under way"), .. violations, .. wrong,
            ],
            $"under way: {string.Join(", ", open.Select(kind => $"{kind.Count} {kind.Name}"))}; in the end {errands.Length} requests, {topUps} top-ups; {summary}",
            site.Output);
    }

    /// <summary>The schema as the older release made it, by the steps that are frozen, and its rows.</summary>
    /// <returns>How much of each kind was under way.</returns>
    private static async Task<IReadOnlyList<(string Name, long Count)>> RestoreAsync(Site site, string folder, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(site.Database) { Pooling = false }.ConnectionString);
        await new Migrator(source, NullLogger<Migrator>.Instance) { Steps = [.. Migration.All.Take(OldSteps)] }.MigrateAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var command = new NpgsqlCommand("drop table schema_steps", connection))
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await RowDump.ReadAsync(connection, Frozen.RowsFile(folder), cancellation);
        return await Rows.ReadAsync(connection, UnderWay, row => (row.GetString(0), row.GetInt64(1)), cancellation);
    }

    /// <summary>The same request again, by users who never got an answer as by those who did: a known one is told how it stands.</summary>
    private static async Task<Verdict> AskAgainAsync(FunctionApp app, Errand errand, CancellationToken cancellation)
    {
        while (true)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(errand.Body));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await app.Http.PostAsync(new Uri("api/relay", UriKind.Relative), content, cancellation);
            if ((int)answer.StatusCode is not (429 or 503))
            {
                return new Verdict((int)answer.StatusCode, (string?)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))?["code"]);
            }

            await Task.Delay(100, cancellation);
        }
    }
}
