using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using DevChain;
using Spectre.Console;

namespace Load;

/// <summary>Starts the stack, makes every measurement in turn, shows them and writes them down.</summary>
internal sealed class LoadDriver(LoadOptions options)
{
    private const int WarmUp = 2_000;
    private const int MostPerSecond = 4_000;

    /// <summary>Confirmations and bookkeeping belong to a relay's cost: this much later they are done.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        Say("Publishing the app…", options.App is null);
        var app = options.App ?? await AppPublish.RunAsync(cancellation);
        await using var stack = await DevStack.StartAsync(
            new DevStackOptions
            {
                AppProgram = app,
                Signers = options.Signers,
                DatabaseSettings = options.Statements ? Statements.ServerSettings : [],
                Anvil = new AnvilOptions { BlockTime = TimeSpan.FromSeconds(1), GasLimit = 3_000_000_000 },
                Settings = new Dictionary<string, string>
                {
                    [$"Chains__{AppSettings.ChainName}__MaxInFlightPerSigner"] = options.InFlight.ToString(CultureInfo.InvariantCulture),
                },
                Progress = line => Say(line),
            },
            cancellation);
        await using var watch = await ChainWatch.StartAsync(stack, cancellation);
        if (options.Statements)
        {
            await Statements.StartAsync(stack.ConnectionString, cancellation);
        }

        var report = await MeasureAsync(stack, watch, cancellation);
        AnsiConsole.WriteLine();
        report.Show();
        if (options.Statements)
        {
            await Statements.ShowAsync(stack.ConnectionString, cancellation);
        }

        if (options.Output is { } path)
        {
            await File.WriteAllTextAsync(path, report.ToMarkdown(options), cancellation);
            Say($"Written to {path}.");
        }

        return report.Faults == 0 ? 0 : 1;
    }

    private async Task<Report> MeasureAsync(DevStack stack, ChainWatch watch, CancellationToken cancellation)
    {
        var traffic = Traffic.For(stack);
        using var poster = new Poster(new Uri(stack.App.Url, "api/relay"));
        await RunLevelAsync(stack, watch, poster, "warm-up", 8, traffic.Sign(WarmUp), null, cancellation);
        var single = options.Single > 0 ? await RunSingleAsync(stack, watch, poster, traffic, cancellation) : null;
        var levels = new List<LevelResult>();
        foreach (var clients in options.Clients)
        {
            var requests = traffic.Sign((int)(options.Duration.TotalSeconds * MostPerSecond));
            levels.Add(await RunLevelAsync(
                stack, watch, poster, $"{clients} clients", clients, requests, options.Duration, cancellation));
        }

        MemoryResult? memory = null;
        if (options.Memory > 0)
        {
            var before = await MemoryReading.TakeAsync(stack.App.ProcessId, cancellation);
            var level = await RunLevelAsync(stack, watch, poster, "memory", 16, traffic.Sign(options.Memory), null, cancellation);
            memory = new MemoryResult(before, await MemoryReading.TakeAsync(stack.App.ProcessId, cancellation), level);
        }

        var filled = new List<RowsResult>();
        foreach (var count in options.Rows.Order())
        {
            Say($"Filling the tables up to {count} relays…");
            await History.FillAsync(stack.ConnectionString, count, cancellation);
            var one = await RunSingleAsync(stack, watch, poster, traffic, cancellation);
            var requests = traffic.Sign((int)(options.Duration.TotalSeconds * MostPerSecond));
            filled.Add(new RowsResult(
                count, one, await RunLevelAsync(stack, watch, poster, $"16 clients, {count} relays", 16, requests, options.Duration, cancellation)));
        }

        var peers = options.Peers ? await Peers.MeasureAsync(stack, watch, traffic, options.Duration, cancellation) : [];
        return new Report(single, levels, memory, filled, peers);
    }

    /// <summary>One client, and between its relays the bare round trip of the same calls to the same node.</summary>
    private async Task<SingleResult> RunSingleAsync(
        DevStack stack, ChainWatch watch, Poster poster, Traffic traffic, CancellationToken cancellation)
    {
        Say($"1 client: {options.Single} relays, and as many bare transactions in between…");
        var payer = DevKey.Create();
        await stack.Node.SetBalanceAsync(payer.Address.ToString(), BigInteger.Pow(10, 24), cancellation);
        var requests = traffic.Sign(options.Single);
        var raw = traffic.SignRaw(payer, 0, options.Single);
        using var bare = new Poster(stack.Node.Url);
        var (relays, sends) = (new List<Posted>(), new List<TimeSpan>());
        for (var i = 0; i < requests.Length; i++)
        {
            var answer = await poster.PostAsync(requests[i].Body, cancellation);
            relays.Add(answer.IsAccepted ? new Posted(requests[i].User, answer) : throw Refused(answer));
            var send = await bare.PostAsync(raw[i].Body, cancellation);
            sends.Add(send.IsTaken ? send.Took : throw Refused(send));
        }

        await watch.WaitAsync([.. relays.Select(relay => relay.User)], Patience, cancellation);
        return new SingleResult(
            Quantiles.Of(relays.Select(relay => relay.Answer.Took)), Quantiles.Of(sends), Quantiles.Of(Mined(watch, relays)));
    }

    private static async Task<LevelResult> RunLevelAsync(
        DevStack stack, ChainWatch watch, Poster poster, string name, int clients, SignedRequest[] requests, TimeSpan? duration,
        CancellationToken cancellation)
    {
        Say($"{name}…");
        var before = CpuTimes.Read(stack);
        var workload = new Workload(poster, requests);
        var started = Stopwatch.GetTimestamp();
        await workload.RunAsync(clients, duration, cancellation);
        var posting = Stopwatch.GetElapsedTime(started);
        await watch.WaitAsync([.. workload.Accepted.Select(relay => relay.User)], Patience, cancellation);
        await Task.Delay(Aftermath, cancellation);
        var cpu = CpuTimes.Read(stack).Since(before);

        var executions = workload.Accepted.Select(relay => watch.Find(relay.User)).ToArray();
        var lastMined = executions.OfType<Execution>().Select(execution => execution.SeenAt).DefaultIfEmpty(started).Max();
        return new LevelResult(
            clients, workload.Accepted.Count, posting, Stopwatch.GetElapsedTime(started, lastMined),
            Quantiles.Of(workload.Accepted.Select(relay => relay.Answer.Took)), Quantiles.Of(Mined(watch, workload.Accepted)), cpu,
            workload.Deferred, workload.Errors, workload.FirstError,
            executions.Count(execution => execution is null),
            executions.Count(execution => execution is { Times: > 1 }),
            executions.Count(execution => execution is { Succeeded: false }));
    }

    private static IEnumerable<TimeSpan> Mined(ChainWatch watch, IEnumerable<Posted> relays) =>
        from relay in relays
        let execution = watch.Find(relay.User)
        where execution is not null
        select Stopwatch.GetElapsedTime(relay.Answer.Started, execution.SeenAt);

    private static LoadException Refused(Answer answer) =>
        new($"status {(int)answer.Status}: {System.Text.Encoding.UTF8.GetString(answer.Body)}");

    private static void Say(string line, bool condition = true)
    {
        if (condition)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{TimeProvider.System.GetLocalNow():HH:mm:ss}[/] {line}");
        }
    }
}
