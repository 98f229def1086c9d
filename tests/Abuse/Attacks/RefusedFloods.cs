using Abuse.World;
using DevChain;

namespace Abuse.Attacks;

/// <summary>Work for the app and its node that ends in a refusal.</summary>
/// <remarks>Slow connections, streams and readers of pages are tried where their limits are tested; a row here calls them once they are there.</remarks>
internal static class RefusedFloods
{
    private const int Batch = 100;

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("refused-batches", "nothing is paid", BatchesAsync),
        new("simulations", "nothing is paid", SimulateAsync),
        new("replays", "one transaction each", ReplayAsync),
    ];

    /// <summary>A hundred in a body: forged, forbidden, reverting, without gas.</summary>
    private static Task BatchesAsync(Attacker attacker, CancellationToken cancellation)
    {
        var (kind, target) = (attacker.Random.Next(4), attacker.Field.Relayer.Target);
        var key = attacker.NewKey(); // Signatures cost the attacker too: one key for most of them.
        return attacker.Poster.BatchAsync(
            [.. Enumerable.Range(0, Batch).Select(_ => kind switch
            {
                0 => key.Sign(target, Caller.Encode("increment()"), 100_000, forger: DevKey.Create()),
                1 => key.Sign(target, Caller.Encode("forbidden()"), 100_000),
                2 => key.Sign(target, Caller.Encode("fail(string)", "no"), 100_000),
                _ => key.Sign(target, Caller.Encode("burn(uint256)", 90_000UL), 30_000),
            })],
            cancellation);
    }

    private static Task SimulateAsync(Attacker attacker, CancellationToken cancellation) => Task.WhenAll(Enumerable.Range(0, 8).Select(i => attacker.Poster.SimulateAsync(
        i % 2 == 0
            ? attacker.NewKey().Sign(attacker.Field.Relayer.Target, Caller.Encode("burn(uint256)", 1_900_000UL), 2_000_000)
            : attacker.NewKey().Sign(attacker.Field.Stack.Contracts.Mint, Caller.Encode("safeMint(address)", attacker.Field.Stack.Contracts.Traps[(Tell.Always, true)].Address), 2_000_000),
        cancellation)));

    /// <summary>What was accepted, again and again: alone, side by side, many times in one body.</summary>
    private static async Task ReplayAsync(Attacker attacker, CancellationToken cancellation)
    {
        if (attacker.Kept.Count < 4)
        {
            var post = attacker.NewKey().Increment();
            if ((await attacker.Poster.RelayAsync(post, cancellation)).IsAccepted)
            {
                attacker.Kept.Add(post);
            }
        }

        foreach (var kept in attacker.Kept)
        {
            await Task.WhenAll(
                attacker.Poster.RelayAsync(kept, cancellation), attacker.Poster.RelayAsync(kept, cancellation),
                attacker.Poster.BatchAsync([.. Enumerable.Repeat(kept, 20)], cancellation));
        }
    }
}
