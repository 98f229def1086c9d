using Abuse.Attacks;
using Abuse.World;

namespace Abuse.Mixes;

/// <summary>What happens with one seed: which attacks, which budgets, how many instances, and when they are killed.</summary>
internal sealed record Mix(int Seed, IReadOnlyList<Attack> Attacks, SmallBudgets Budgets, int Instances, IReadOnlyList<TimeSpan> Kills)
{
    /// <summary>The mix of a seed; the same one each time.</summary>
    public static Mix Of(int seed, TimeSpan duration)
    {
        var random = new Random(seed);
        var attacks = Attack.All.ToArray();
        random.Shuffle(attacks);
        return new Mix(
            seed, attacks[..random.Next(2, 6)], SmallBudgets.Draw(random), random.Next(3) == 0 ? 2 : 1,
            [.. Enumerable.Range(0, random.Next(0, 3) / 2 + random.Next(0, 2)).Select(_ => duration * (0.2 + (0.7 * random.NextDouble()))).Order()]);
    }
}
