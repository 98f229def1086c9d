using Abuse.Attacks;
using Abuse.Audit;
using Abuse.World;

namespace Abuse.Singles;

/// <summary>One attack alone on a fresh relayer, beside honest users and a keeper; first some quiet to compare with.</summary>
internal sealed class AttackRun(AbuseStack stack, Attack attack, AttackOptions options)
{
    private const int HonestOnes = 2;

    private static readonly TimeSpan HonestPause = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan AttackPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Lets it rage and audits what is left.</summary>
    public async Task<AttackReport> RunAsync(CancellationToken cancellation)
    {
        await using var work = await KeepersWork.DeployAsync(stack, cancellation);
        var keys = (await stack.FundAsync(1, cancellation, FieldKeys.ManyAdmitted))[0];
        await using var field = await Field.SettleAsync(stack, SmallBudgets.Default, keys, cancellation, work: work);
        var relayer = field.Relayer;
        using var poster = new Poster(relayer, new Random(options.Seed));
        await relayer.StartAsync(0, null, cancellation, program: options.App);
        await relayer.At(0).WaitUntilReadyAsync(cancellation);
        var process = relayer.At(0).ProcessId;
        var watch = new HoldWatch(field);
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = watch.RunAsync(settled.Token);
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var committing = work.CommitAsync(closed.Token);

        var warm = await BesideAsync(poster, field, WarmUp, attackers: 0, cancellation);
        var quiet = await BesideAsync(poster, field, options.Quiet, attackers: 0, cancellation);
        var before = await work.LookAsync();
        var load = new MachineLoad();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var looking = load.WatchAsync(over.Token);
        var under = await BesideAsync(poster, field, options.Duration, options.SideBySide, cancellation);
        await over.CancelAsync();
        await looking;
        var done = await work.LookAsync() - before;
        var isAlive = relayer.IsRunning(0) && relayer.At(0).ProcessId == process;

        await closed.CancelAsync();
        await committing;
        var unsettled = await work.EndAsync(cancellation);
        var (violations, sums, _) = await AbuseAuditor.CheckAsync(field, poster, cancellation);
        await settled.CancelAsync();
        await watching;
        var honest = warm.All.Concat(quiet.All).Concat(under.All).Select(wish => wish.User).ToHashSet();
        return new AttackReport(
            attack, sums.Relays.Where(relay => !honest.Contains(relay.From)).Aggregate(System.Numerics.BigInteger.Zero, (sum, relay) => sum + relay.Charged),
            sums.Shares(field).MaxBy(share => share.Percent), quiet, under, done, load, isAlive, [.. watch.Violations, .. unsettled, .. violations], poster.Answers, relayer.Output);
    }

    /// <summary>What honest users got meanwhile.</summary>
    private async Task<ServedUsers> BesideAsync(Poster poster, Field field, TimeSpan duration, int attackers, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(duration);
        var honest = new HonestUsers(field.Relayer, poster, new Random(options.Seed));
        var known = new HonestUsers(field.Relayer, poster, new Random(options.Seed + 1), HonestUsers.ShopKey);
        var admitted = new HonestUsers(field.Relayer, poster, new Random(options.Seed + 2), admitted: field.Admitted);
        await Task.WhenAll(
            honest.RunAsync(HonestOnes, HonestPause, end.Token, cancellation), known.RunAsync(HonestOnes, HonestPause, end.Token, cancellation),
            admitted.RunAsync(HonestOnes, HonestPause, end.Token, cancellation),
            attack.RunAsync(field, poster, attackers, AttackPause, new Random(options.Seed), end.Token, cancellation));
        return new ServedUsers(honest.Wishes, known.Wishes, admitted.Wishes);
    }
}

/// <summary>How an attack is run.</summary>
/// <param name="Duration">How long.</param>
/// <param name="Quiet">How long honest users are alone before.</param>
/// <param name="SideBySide">Attackers at once.</param>
/// <param name="Seed">What randomness begins with.</param>
/// <param name="App">The program; null for the one that is built here.</param>
public sealed record AttackOptions(TimeSpan Duration, TimeSpan Quiet, int SideBySide, int Seed, string? App = null);
