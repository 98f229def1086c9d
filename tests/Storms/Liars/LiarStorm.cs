using System.Collections.Concurrent;
using Storms.Workloads;

namespace Storms.Liars;

/// <summary>Goes through combinations: relayers side by side on one chain and one server, each with some of its own.</summary>
internal sealed class LiarStorm(SharedStack shared, LiarLimits limits, int seed, Action<string> say)
{
    /// <summary>So many on one relayer, as long as all is well.</summary>
    private const int OnOne = 12;

    private readonly ConcurrentDictionary<string, bool> _seen = new();

    /// <summary>Every method that anybody asked for.</summary>
    public IReadOnlyCollection<string> Seen => [.. _seen.Keys];

    /// <summary>All of them, in the order that they were given.</summary>
    public async Task<IReadOnlyList<LiarResult>> RunAsync(IReadOnlyList<Combination> combinations, int sideBySide, CancellationToken cancellation)
    {
        var results = new ConcurrentDictionary<Combination, LiarResult>();
        foreach (var combination in combinations.Where(combination => combination.Meaningless is not null))
        {
            results[combination] = new LiarResult(combination, LiarVerdict.Meaningless, 0, null, null, []);
        }

        var random = new Random(seed);
        var parts = combinations.Where(combination => combination.Meaningless is null)
            .GroupBy(combination => (combination.Setup, string.Join(' ', combination.Method.Lacking)))
            .SelectMany(like => Shuffled(like, random).Chunk(OnOne));
        await Parallel.ForEachAsync(
            Shuffled(parts, random), new ParallelOptions { MaxDegreeOfParallelism = sideBySide, CancellationToken = cancellation },
            async (part, token) =>
            {
                LiarWorld? world = null;
                foreach (var combination in part)
                {
                    world ??= await LiarWorld.StartAsync(shared, combination, token);
                    var result = await new LiarTrial(world, combination, limits, SeedOf(combination)).RunAsync(token);
                    results[combination] = result;
                    say($"{results.Count} of {combinations.Count}: {result}");
                    foreach (var method in world.Node.Seen.Keys)
                    {
                        _seen[method] = true;
                    }

                    if (result.Violations.Count > 0)
                    {
                        // The next one begins with clean books.
                        await world.DisposeAsync();
                        world = null;
                    }
                }

                await (world?.DisposeAsync() ?? ValueTask.CompletedTask);
            });
        return [.. combinations.Select(combination => results[combination])];
    }

    /// <summary>The same for the same combination, whichever others run.</summary>
    private int SeedOf(Combination one) =>
        (((seed * 31) + RpcMethod.All.ToList().IndexOf(one.Method)) * 100) + ((int)one.Lie * 10) + (int)one.Setup;

    private static T[] Shuffled<T>(IEnumerable<T> items, Random random)
    {
        T[] all = [.. items];
        random.Shuffle(all);
        return all;
    }
}
