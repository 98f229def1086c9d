using Abuse.World;

namespace Abuse.Attacks;

/// <summary>What is allowed, as much of it as goes: budgets alone stand before it.</summary>
internal static class SharesAndBudgets
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("many-keys", "the chain's budget", ManyKeysAsync),
        new("one-key", "the user's budget and quota", OneKeyAsync),
        new("burning", "the chain's budget", BurnAsync),
        new("holding", "the chain's budget, until it is settled", HoldAsync),
        new("hidden-gas", "the chain's budget", HideAsync),
    ];

    /// <summary>A fresh key for each of a body.</summary>
    private static Task ManyKeysAsync(Attacker attacker, CancellationToken cancellation) => attacker.Poster.BatchAsync(
        [.. Enumerable.Range(0, attacker.Random.Next(2, 40)).Select(_ => attacker.NewKey().Increment())], cancellation);

    /// <summary>One user in many bodies and posts at once.</summary>
    private static Task OneKeyAsync(Attacker attacker, CancellationToken cancellation)
    {
        var key = attacker.NewKey();
        var posts = Enumerable.Range(0, attacker.Random.Next(10, 40)).Select(_ => key.Increment()).ToArray();
        return Task.WhenAll(
            [attacker.Poster.BatchAsync(posts[..(posts.Length / 2)], cancellation), .. posts[(posts.Length / 2)..].Select(post => attacker.Poster.RelayAsync(post, cancellation))]);
    }

    /// <summary>A sponsored function that takes whatever gas it is given.</summary>
    private static Task BurnAsync(Attacker attacker, CancellationToken cancellation)
    {
        var gas = attacker.Pick(100_000UL, 500_000UL, 2_000_000UL);
        return attacker.Poster.RelayAsync(
            attacker.NewKey().Sign(attacker.Field.Relayer.Target, Caller.Encode("burn(uint256)", gas - 30_000), gas), cancellation);
    }

    /// <summary>As much gas as may be asked for, of which nothing is used: it holds and costs nothing.</summary>
    private static Task HoldAsync(Attacker attacker, CancellationToken cancellation) => attacker.Poster.RelayAsync(
        attacker.NewKey().Sign(attacker.Field.Relayer.Target, Caller.Encode("increment()"), 2_000_000), cancellation);

    /// <summary>Gas that is asked for at the edge of the limits.</summary>
    private static Task HideAsync(Attacker attacker, CancellationToken cancellation) => attacker.Poster.RelayAsync(
        attacker.NewKey().Sign(
            attacker.Field.Relayer.Target, Caller.Encode("increment()"), attacker.Pick<ulong>(0, 21_000, 45_000, 60_000, 2_000_000, 2_000_001, long.MaxValue, ulong.MaxValue)),
        cancellation);
}
