using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DevChain.Processes;
using Storms.Audit;
using Storms.Workloads;

namespace Storms;

/// <summary>
/// The records are restored from a backup that is older than what was relayed since, with transactions of the lost time mined and in the pool. Whoever posts a
/// request again is told the truth, and nothing happens twice.
/// </summary>
public static class RestoreStorm
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>One restore. It has a chain and a server of its own, since it stops both.</summary>
    /// <param name="requests">How many are posted before the backup, how many are mined after it, and how many wait in the pool.</param>
    /// <param name="seed">What randomness begins with.</param>
    /// <param name="progress">Gets a line for each step.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<StormReport> RunAsync(int requests, int seed, Action<string>? progress, CancellationToken cancellation)
    {
        await using var shared = await SharedStack.StartAsync(progress, cancellation);
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions(), cancellation);
        var (random, stack) = (new Random(seed), shared.Stack);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
        await relayer.StartAsync(0, null, cancellation);

        var before = Make(relayer, random, requests);
        await UntilFinalAsync(http, relayer, before, cancellation);
        progress?.Invoke("backup");
        await using var backup = await stack.Postgres.BackUpAsync(isStandby: false, stack.Postgres.Port, cancellation);

        var mined = Make(relayer, random, requests);
        await UntilFinalAsync(http, relayer, mined, cancellation);
        await stack.Node.SetBlockTimeAsync(TimeSpan.Zero, cancellation);
        var pooled = Make(relayer, random, requests);
        foreach (var request in pooled)
        {
            await PostAsync(http, relayer, request, cancellation);
        }

        progress?.Invoke("restore");
        await relayer.KillAsync(0);
        await stack.Postgres.StopAsync();
        await backup.StartAsync(cancellation);
        await relayer.StartAsync(0, null, cancellation);
        foreach (var request in pooled)
        {
            await PostAsync(http, relayer, request, cancellation);
        }

        await stack.Node.SetBlockTimeAsync(TimeSpan.FromSeconds(1), cancellation);
        var told = await UntilFinalAsync(http, relayer, [.. before, .. mined, .. pooled], cancellation);
        var executed = await ChainTruth.ReadExecutedAsync(relayer, [.. told.Keys.Select(request => request.Message.From)], cancellation);
        string[] violations =
        [
            .. told.Where(item => item.Value != "confirmed").Select(item => $"{item.Key} was told '{item.Value}'"),
            .. told.Keys.Where(request => executed[request.Key].Count() != 1).Select(request => $"{request} ran {executed[request.Key].Count()} times"),
        ];
        return new StormReport(
            "records restored from an older backup", $"dotnet run -c Release --project tests/Storms -- restore --requests {requests} --seed {seed}", 1, violations,
            $"{before.Count} requests on record, {mined.Count} mined and {pooled.Count} in the pool since the backup", relayer.Output);
    }

    private static List<SignedRequest> Make(RelayerUnderTest relayer, Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new User(relayer, random)).Select((user, i) => i % 2 == 0 ? user.Sequential() : user.Unordered())];

    /// <summary>Posts each again and again, as a page does that lost its answer, until it is told an end.</summary>
    private static async Task<IReadOnlyDictionary<SignedRequest, string>> UntilFinalAsync(
        HttpClient http, RelayerUnderTest relayer, IReadOnlyList<SignedRequest> requests, CancellationToken cancellation)
    {
        var told = requests.ToDictionary(request => request, _ => "");
        await Poll.UntilAsync(
            async () =>
            {
                foreach (var request in requests.Where(request => !IsFinal(told[request])))
                {
                    told[request] = await PostAsync(http, relayer, request, cancellation);
                }

                return told.Values.All(IsFinal);
            },
            Patience, Pause, cancellation);
        return told;
    }

    private static bool IsFinal(string state) => state is "confirmed" or "failed" or "expired";

    /// <returns>The state; or the status and the code of a refusal.</returns>
    private static async Task<string> PostAsync(HttpClient http, RelayerUnderTest relayer, SignedRequest request, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri(relayer.At(0).Url, "api/relay"), content, cancellation);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))!;
        return response.IsSuccessStatusCode ? (string)json["state"]! : $"{(int)response.StatusCode} {json["code"]}: {json["detail"]}";
    }
}
