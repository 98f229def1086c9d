using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using DevChain;
using Relayer.Core.Ethereum;

namespace Load;

/// <summary>What the node itself takes, and what a plain relay of a few lines does, on the same node.</summary>
internal static class Peers
{
    private const int Workers = 16;
    private const int RawBatch = 50;
    private const int RawPerWorkerAndSecond = 500;
    private const int NaivePerSecond = 600;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly byte[] Result = "\"result\""u8.ToArray();

    public static async Task<IReadOnlyList<PeerResult>> MeasureAsync(
        DevStack stack, ChainWatch watch, Traffic traffic, TimeSpan duration, CancellationToken cancellation) =>
    [
        await MeasureNodeAsync(stack, watch, traffic, duration, batch: 1, cancellation),
        await MeasureNodeAsync(stack, watch, traffic, duration, RawBatch, cancellation),
        .. await MeasureNaiveAsync(stack, watch, traffic, duration, cancellation),
    ];

    /// <summary>Transactions signed beforehand, from an account for each worker.</summary>
    private static async Task<PeerResult> MeasureNodeAsync(
        DevStack stack, ChainWatch watch, Traffic traffic, TimeSpan duration, int batch, CancellationToken cancellation)
    {
        var count = (int)(duration.TotalSeconds * RawPerWorkerAndSecond);
        var stacks = new List<RawRequest[]>();
        for (var i = 0; i < Workers; i++)
        {
            var payer = await FundAsync(stack, cancellation);
            stacks.Add(traffic.SignRaw(payer, 0, count));
        }

        using var poster = new Poster(stack.Node.Url);
        var (sent, times) = (new ConcurrentBag<Address>(), new ConcurrentBag<TimeSpan>());
        var cpu = Usage.Cpu(stack.Node.ProcessId);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(stacks.Select(own => Task.Run(async () =>
        {
            foreach (var chunk in own.Chunk(batch))
            {
                if (Stopwatch.GetElapsedTime(started) >= duration)
                {
                    return;
                }

                var body = batch == 1 ? chunk[0].Body : Encoding.ASCII.GetBytes(
                    $"[{string.Join(',', chunk.Select(request => Encoding.ASCII.GetString(request.Body)))}]");
                var answer = await poster.PostAsync(body, cancellation);
                times.Add(answer.Took);
                if (Count(answer.Body) != chunk.Length)
                {
                    throw new LoadException($"the node refused: {Encoding.UTF8.GetString(answer.Body)}");
                }

                foreach (var request in chunk)
                {
                    sent.Add(request.User);
                }
            }
        })));
        var posting = Stopwatch.GetElapsedTime(started);
        var name = batch == 1 ? "eth_sendRawTransaction, one a request" : $"eth_sendRawTransaction, {batch} a request";
        return await ResultAsync(
            watch, name, Workers, sent, posting, started, times, () => Usage.Cpu(stack.Node.ProcessId) - cpu, "node", cancellation);
    }

    private static async Task<IReadOnlyList<PeerResult>> MeasureNaiveAsync(
        DevStack stack, ChainWatch watch, Traffic traffic, TimeSpan duration, CancellationToken cancellation)
    {
        var payer = await FundAsync(stack, cancellation);
        var start = new ProcessStartInfo(NpmParts.Node, [RepositoryRoot.Combine("benchmarks", "Load", "naive.mjs")])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["RPC"] = stack.Node.Url.ToString();
        start.Environment["FORWARDER"] = stack.Contracts.Infinex.ToString();
        start.Environment["KEY"] = payer.PrivateKey;
        start.Environment["CHAIN_ID"] = stack.Node.ChainId.ToString(CultureInfo.InvariantCulture);
        using var naive = Process.Start(start) ?? throw new LoadException("node does not start");
        try
        {
            var port = await naive.StandardOutput.ReadLineAsync(cancellation) ?? throw new LoadException("naive.mjs did not start");
            using var poster = new Poster(new Uri($"http://127.0.0.1:{port}"));
            var results = new List<PeerResult>();
            foreach (var clients in new[] { 1, 16, 64 })
            {
                var cpu = Usage.Cpu(naive.Id);
                var workload = new Workload(poster, traffic.Sign((int)(duration.TotalSeconds * NaivePerSecond)));
                var started = Stopwatch.GetTimestamp();
                await workload.RunAsync(clients, duration, cancellation);
                var posting = Stopwatch.GetElapsedTime(started);
                if (workload.FirstError is { } error)
                {
                    throw new LoadException($"the plain relay failed: {error}");
                }

                results.Add(await ResultAsync(
                    watch, "plain viem relay", clients, [.. workload.Accepted.Select(relay => relay.User)], posting, started,
                    workload.Accepted.Select(relay => relay.Answer.Took), () => Usage.Cpu(naive.Id) - cpu, "relay", cancellation));
            }

            return results;
        }
        finally
        {
            naive.Kill();
            await naive.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<PeerResult> ResultAsync(
        ChainWatch watch, string name, int clients, IReadOnlyCollection<Address> users, TimeSpan posting, long started,
        IEnumerable<TimeSpan> times, Func<TimeSpan> cpu, string whose, CancellationToken cancellation)
    {
        await watch.WaitAsync(users, Patience, cancellation);
        var seen = users.Select(watch.Find).OfType<Execution>().ToArray();
        var last = seen.Select(execution => execution.SeenAt).DefaultIfEmpty(started).Max();
        return new PeerResult(
            name, clients, users.Count, users.Count / posting.TotalSeconds, seen.Length / Stopwatch.GetElapsedTime(started, last).TotalSeconds,
            Quantiles.Of(times), string.Create(CultureInfo.InvariantCulture, $"{whose} {cpu().TotalMilliseconds / Math.Max(1, users.Count):0.00}"));
    }

    private static async Task<DevKey> FundAsync(DevStack stack, CancellationToken cancellation)
    {
        var payer = DevKey.Create();
        await stack.Node.SetBalanceAsync(payer.Address.ToString(), BigInteger.Pow(10, 24), cancellation);
        return payer;
    }

    private static int Count(ReadOnlySpan<byte> body) => body.Count(Result);
}
