using System.Globalization;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Nethereum;

namespace Relayer.Core.Keepers.Views;

/// <summary>Decides about what a view says. Pure.</summary>
internal static class ViewPlanner
{
    private const int LongestKey = 100;

    /// <summary>What was given up is not begun anew before.</summary>
    private static readonly TimeSpan Discouraged = TimeSpan.FromHours(1);

    /// <summary>The keys as they may stand in records.</summary>
    /// <exception cref="InvalidOperationException">One is empty or too long, or stands for several pieces of work.</exception>
    public static IReadOnlyDictionary<string, DueWork> ByKey(IReadOnlyList<DueWork> due)
    {
        var byKey = new Dictionary<string, DueWork>(due.Count);
        foreach (var work in due)
        {
            if (work.Key.Length is 0 or > LongestKey || !byKey.TryAdd(work.Key, work))
            {
                throw new InvalidOperationException($"Work needs a key of its own, of 1 to {LongestKey} characters; '{work.Key}' is none.");
            }
        }

        return byKey;
    }

    /// <summary>A key's n-th piece of work is the same, whoever counts; the next one begins when it is over.</summary>
    /// <param name="name">The keeper.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="key">What is due.</param>
    /// <param name="before">How many pieces were over before the view was looked at.</param>
    /// <param name="failedAt">When one was given up last, if any was.</param>
    /// <param name="now">The time.</param>
    public static FoundWork Describe(
        string name, ChainId chainId, KeeperLimits limits, string key, long before, DateTimeOffset? failedAt, DateTimeOffset now)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{name}:{chainId.Value}:{key}:{before}");
        var (due, encouraged) = (now + limits.Grace, (failedAt ?? DateTimeOffset.MinValue) + Discouraged);
        return new FoundWork(Keccak256.Hash(Encoding.UTF8.GetBytes(id)), limits.Lane, key, "{}", encouraged > due ? encouraged : due);
    }

    /// <summary>What the second look at the view says by itself; <see langword="null"/> to go on.</summary>
    public static Decision? Evaluate(KeeperWork work, DueWork? seen, KeeperLimits limits, DateTimeOffset now) =>
        seen is null ? new Decision.End(WorkState.Lost, KeeperReasons.Community)
        : seen.ExpiresAt <= now ? new Decision.End(WorkState.Dropped, KeeperReasons.WindowClosed)
        : work.Attempts >= limits.MaxAttempts ? new Decision.End(WorkState.Failed, KeeperReasons.TooManyAttempts)
        : null;

    /// <summary>The transaction; what is left open is the keeper's own to fill in.</summary>
    /// <param name="work">Recorded work.</param>
    /// <param name="seen">What the view says of it.</param>
    /// <param name="gasLimit">The gas of a call that does not say.</param>
    /// <param name="expiresAt">When trying ends at the latest.</param>
    /// <param name="act">The keeper's own code.</param>
    public static KeeperAction Act(KeeperWork work, DueWork seen, ulong gasLimit, DateTimeOffset expiresAt, Func<SendScope, Task> act)
    {
        var call = seen.Call ?? new OutgoingCall(default, Wei.Zero, ReadOnlyMemory<byte>.Empty, gasLimit);
        return new KeeperAction(
            [work], call.To, call.Value, call.GasLimit == 0 ? gasLimit : call.GasLimit, call.Data, seen.ExpiresAt < expiresAt ? seen.ExpiresAt : expiresAt,
            seen.Reward)
        {
            Act = seen.Call is null ? act : null,
        };
    }
}
