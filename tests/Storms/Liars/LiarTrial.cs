using System.Globalization;
using Storms.Audit;
using Storms.Workloads;

namespace Storms.Liars;

/// <summary>How long things may take.</summary>
/// <param name="Lasting">How long the lie lasts from its first time on, at least.</param>
/// <param name="Waiting">How long its first time is waited for.</param>
/// <param name="Served">A request is told as carried out so long after its first post, where the honest are a quorum.</param>
/// <param name="Right">All is right so long after the node is.</param>
internal sealed record LiarLimits(TimeSpan Lasting, TimeSpan Waiting, TimeSpan Served, TimeSpan Right)
{
    public static LiarLimits Usual { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(90));
}

/// <summary>What came of a combination.</summary>
internal enum LiarVerdict
{
    /// <summary>It cannot be, for the reason that <see cref="Combination.Meaningless"/> gives.</summary>
    Meaningless,

    /// <summary>Not one lie was told: it says nothing.</summary>
    Untold,

    /// <summary>All that must hold holds.</summary>
    Holds,

    /// <summary>Untruths that nobody contradicted were believed, as is stated; nothing happened twice.</summary>
    Believed,

    /// <summary>Something does not hold.</summary>
    Violated,
}

/// <summary>What came of a combination, and how long it took.</summary>
/// <param name="Combination">Which.</param>
/// <param name="Verdict">What came of it.</param>
/// <param name="Lies">How many answers were lies.</param>
/// <param name="Served">The slowest request that was carried out while the lie lasted; <see langword="null"/> when there was none.</param>
/// <param name="Right">From the end of the lie until all was right; <see langword="null"/> when it never was.</param>
/// <param name="Violations">What does not hold.</param>
/// <param name="Output">The instance's last lines, where something does not.</param>
internal sealed record LiarResult(
    Combination Combination, LiarVerdict Verdict, int Lies, TimeSpan? Served, TimeSpan? Right, IReadOnlyList<string> Violations, string Output = "")
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Combination}: {Verdict}, {Lies} lies, served in {Served?.TotalSeconds:0.0} s, right after {Right?.TotalSeconds:0.0} s{string.Concat(Violations.Select(one => $"\n    {one}"))}");
}

/// <summary>One combination: the lie, users meanwhile, the end of the lie, and the audit.</summary>
internal sealed class LiarTrial(LiarWorld world, Combination combination, LiarLimits limits, int seed)
{
    /// <summary>What is not right by then is not waited for any more.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = new(seed);
    private readonly List<Witness> _witnesses = [];
    private readonly List<Task> _running = [];

    public async Task<LiarResult> RunAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var carried = NewUser().Unordered();
        await world.CarryOutAsync(carried, cancellation);
        var forged = new Witness(world, NewUser().Forged());

        world.Node.Begin(combination);
        await world.PayAsync(cancellation);
        Send(new Witness(world, carried, isCarried: true), end.Token);
        var forgery = forged.RunAsync(null, end.Token);
        await LastAsync(end.Token);
        var served = _witnesses.Max(witness => witness.Took);
        var unserved = _witnesses.Where(witness => witness.Took is null).ToArray();
        var lies = world.Node.Heal();

        var (right, open) = await HealedAsync(cancellation);
        await end.CancelAsync();
        await Task.WhenAll([.. _running, forgery]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        world.Requests.AddRange(_witnesses.Where(witness => witness.Signed != carried || witness.IsOnRecord).Select(witness => witness.Signed));
        var findings = open.Length == 0 ? (await Auditor.CheckAsync(world.Relayer, world.Requests, AuditScope.All, cancellation)).Violations : [open];
        var executed = await world.ExecutedAsync(_witnesses.Select(witness => witness.Signed), cancellation);
        string[] twice =
        [
            .. _witnesses.Where(witness => executed[witness.Signed.Key].Count() > 1).Select(witness => $"on chain {executed[witness.Signed.Key].Count()} times: {witness.Signed}"),
            .. forged.Signed.IsAccepted ? [$"accepted and should not be: {forged.Signed}"] : Array.Empty<string>(),
        ];
        string[] violations =
        [
            .. twice,
            .. _witnesses.SelectMany(witness => witness.Falsehoods.Select(said => $"{witness.Signed} {said}")),
            .. combination.MustGoOn ? unserved.Select(witness => $"not served while the lie lasted: {witness.Signed}") : [],
            .. combination.MustGoOn ? _witnesses.SelectMany(witness => witness.Refusals.Select(said => $"refused with {said}: {witness.Signed}")) : [],
            .. right > limits.Right ? [$"right only {right.Value.TotalSeconds:0} s after the lie"] : Array.Empty<string>(),
            .. findings,
            .. await world.UnexplainedAsync(cancellation),
        ];
        var verdict = lies == 0 ? LiarVerdict.Untold
            : violations.Length == 0 ? LiarVerdict.Holds
            : combination.IsItsWord && twice.Length == 0 ? LiarVerdict.Believed
            : LiarVerdict.Violated;
        return new LiarResult(combination, verdict, lies, served, right, violations, violations.Length == 0 ? "" : world.Relayer.Output);
    }

    private User NewUser() => new(world.Relayer, _random);

    /// <summary>Users, until the lie was told and has lasted; and then those are waited for who must be served.</summary>
    private async Task LastAsync(CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (first, last) = ((long?)null, (long?)null);
        while (true)
        {
            var now = TimeProvider.System.GetTimestamp();
            first ??= world.Node.Told > 0 ? now : null;
            if (first is null ? TimeProvider.System.GetElapsedTime(began) > limits.Waiting : TimeProvider.System.GetElapsedTime(first.Value) > limits.Lasting
                && (!combination.MustGoOn || _witnesses.TrueForAll(witness => witness.Took is not null) || TimeProvider.System.GetElapsedTime(last!.Value) > limits.Served))
            {
                return;
            }

            // Some at the beginning and after the first lie, and more while none was told.
            if (last is null || (first == now && last < now) || (first is null && TimeProvider.System.GetElapsedTime(last.Value) > limits.Lasting))
            {
                last = now;
                Round(cancellation);
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private void Round(CancellationToken cancellation)
    {
        var sequential = NewUser();
        Send(new Witness(world, NewUser().Unordered()), cancellation);
        var first = Send(new Witness(world, sequential.Sequential()), cancellation);
        Send(new Witness(world, sequential.Sequential()), cancellation, first);
    }

    private Witness Send(Witness witness, CancellationToken cancellation, Witness? first = null)
    {
        _witnesses.Add(witness);
        _running.Add(witness.RunAsync(first, cancellation));
        return witness;
    }

    /// <summary>How long it takes until everybody is told the truth, nothing is under way and the books have all; null, and what is open, when that never comes.</summary>
    private async Task<(TimeSpan? Right, string Open)> HealedAsync(CancellationToken cancellation)
    {
        var healed = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var waiting = _witnesses.Where(witness => witness.Took is null).Select(witness => witness.Signed.ToString()).ToArray();
            var open = waiting.Length > 0 ? $"not told as carried out: {string.Join(", ", waiting)}" : await world.OpenAsync(cancellation);
            var passed = TimeProvider.System.GetElapsedTime(healed);
            if (open.Length == 0 || passed > Longest)
            {
                return (open.Length == 0 ? passed : null, open);
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}
