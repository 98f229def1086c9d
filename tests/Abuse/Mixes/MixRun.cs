using System.Globalization;
using Abuse.Audit;
using Abuse.World;
using Relayer.Core.Relay.Records;

namespace Abuse.Mixes;

/// <summary>Several attacks at once on a relayer with small budgets, honest users beside, while instances die.</summary>
internal sealed class MixRun(AbuseStack stack, Mix mix, FieldKeys keys, TimeSpan duration)
{
    private static readonly TimeSpan AttackPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan HonestPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Lets it rage and audits what is left.</summary>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="given">Budgets that the app is given instead of the mix's.</param>
    public async Task<MixReport> RunAsync(CancellationToken cancellation, SmallBudgets? given = null)
    {
        var earlier = stack.Blocks.Depths.Count;
        await using var field = await Field.SettleAsync(stack, mix.Budgets, keys, cancellation, given);
        var relayer = field.Relayer;
        using var poster = new Poster(relayer, new Random(mix.Seed));
        await Task.WhenAll(Enumerable.Range(0, mix.Instances).Select(place => relayer.StartAsync(place, null, cancellation)));
        await relayer.At(0).WaitUntilReadyAsync(cancellation);
        var (watch, honest) = (new HoldWatch(field), new HonestUsers(relayer, poster, new Random(mix.Seed)));
        var known = new HonestUsers(relayer, poster, new Random(mix.Seed + 1), HonestUsers.ShopKey);
        var admitted = new HonestUsers(relayer, poster, new Random(mix.Seed + 2), admitted: field.Admitted);
        await known.BeginAsync(Patience, cancellation);
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(duration);
        var watching = watch.RunAsync(settled.Token);
        await Task.WhenAll(
            [
                honest.RunAsync(2, HonestPause, end.Token, cancellation), known.RunAsync(1, HonestPause, end.Token, cancellation),
                admitted.RunAsync(1, HonestPause, end.Token, cancellation), KillAsync(field, cancellation),
                .. mix.Attacks.Select((attack, i) => attack.RunAsync(field, poster, 1, AttackPause, new Random(mix.Seed + i), end.Token, cancellation)),
            ]);
        var (violations, sums, ledger) = await AbuseAuditor.CheckAsync(field, poster, cancellation);
        await settled.CancelAsync();
        await watching;
        return new MixReport(
            mix, duration, [.. watch.Violations, .. violations], mix.Kills.Count, sums.Shares(field).MaxBy(share => share.Percent), ledger.Relays.Count,
            ledger.Relays.Count(relay => relay.State == RelayState.Failed), ledger.Transactions.Sum(transaction => Math.Max(0, transaction.Attempts.Count - 1)),
            admitted.Wishes.Count(wish => wish.Answer.IsAccepted), watch.Looks, [.. stack.Blocks.Depths.Skip(earlier)], poster.Answers, relayer.Output);
    }

    private async Task KillAsync(Field field, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        foreach (var at in mix.Kills)
        {
            var left = at - TimeProvider.System.GetElapsedTime(started);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation);
            await field.Relayer.KillAsync(mix.Instances - 1);
            await field.Relayer.StartAsync(mix.Instances - 1, null, cancellation);
        }
    }
}

/// <summary>How a mix ended.</summary>
internal sealed record MixReport(
    Mix Mix, TimeSpan Duration, IReadOnlyList<string> Violations, int Kills, Share? Fullest, int Accepted, int Failed, int Replacements,
    int Admitted, int Looks, IReadOnlyList<int> Reorgs, IReadOnlyDictionary<string, int> Answers, string Output)
{
    /// <summary>How many blocks went at once, at most.</summary>
    public int DeepestReorg => Reorgs.DefaultIfEmpty().Max();

    /// <summary>Why the seed says nothing, whatever was found; empty where it says something.</summary>
    public string Invalid => DeepestReorg > Market.Deepest ? $"the chain went back {DeepestReorg} blocks, deeper than the mix allows"
        : Accepted == 0 && Violations.Count == 0 ? "nothing was accepted, the machine was too slow for it" : "";

    public bool IsInvalid => Invalid.Length > 0;

    public bool Holds => !IsInvalid && Violations.Count == 0;

    private string Verdict => IsInvalid ? $"INVALID, {Invalid}" : Holds ? "holds" : "VIOLATED";

    /// <summary>How much was spent of the budget of which the most was, in percent.</summary>
    public int PercentSpent => Fullest?.Percent ?? 0;

    /// <summary>Requests that were refused for want of room in a budget.</summary>
    public int RefusedForBudget => Answers.Where(answer => answer.Key.Contains("budget_spent", StringComparison.Ordinal)).Sum(answer => answer.Value);

    public string Command => string.Create(
        CultureInfo.InvariantCulture, $"dotnet run -c Release --project tests/Abuse -- mixes --seeds 1 --seed {Mix.Seed} --seconds {Duration.TotalSeconds:0.##}");

    public override string ToString() => string.Join('\n', (string[])
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"seed {Mix.Seed} ({string.Join(", ", Mix.Attacks.Select(attack => attack.Name))}): {Verdict}. {Accepted} accepted ({Admitted} of admitted users), {Failed} of them failed, {Replacements} replacements, {RefusedForBudget} beyond a budget, at most {PercentSpent} % of a budget spent ({Fullest?.Whose.Trim()}); {Kills} kills; blocks taken back: {(Reorgs.Count == 0 ? "none" : string.Join(" ", Reorgs))}; looked {Looks} times"),
        $"    {string.Join(", ", Answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Value} x {answer.Key}"))}",
        .. Violations,
        .. Holds ? [] : new[] { $"again: {Command}" },
    ]);
}
