using Abuse.World;

namespace Abuse.Attacks;

/// <summary>Something that a stranger does again and again.</summary>
/// <param name="Name">In a word or two, as the commands take it.</param>
/// <param name="Bound">What bounds it.</param>
/// <param name="StepAsync">Does it once.</param>
internal sealed record Attack(string Name, string Bound, Func<Attacker, CancellationToken, Task> StepAsync)
{
    /// <summary>Every one there is.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        .. JunkCalldata.All, .. CallbackTraps.All, .. RefusedFloods.All, .. SharesAndBudgets.All,
    ];

    /// <summary>Again and again, several side by side, until it is told to end; every post gets its answer.</summary>
    public Task RunAsync(Field field, Poster poster, int sideBySide, TimeSpan pause, Random random, CancellationToken end, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, sideBySide).Select(_ => RunAsync(new Attacker(field, poster, new Random(random.Next())), pause, end, cancellation)));

    private async Task RunAsync(Attacker attacker, TimeSpan pause, CancellationToken end, CancellationToken cancellation)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                await StepAsync(attacker, cancellation);
                await Task.Delay(pause * (0.5 + attacker.Random.NextDouble()), end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // It is over.
        }
    }
}

/// <summary>Who attacks, with any number of keys.</summary>
internal sealed class Attacker(Field place, Poster poster, Random random)
{
    public Field Field => place;

    public Poster Poster => poster;

    public Random Random => random;

    /// <summary>Accepted before, to be posted again.</summary>
    public List<SignedPost> Kept { get; } = [];

    /// <summary>A fresh key.</summary>
    public Caller NewKey() => new(place.Relayer, random);

    /// <summary>One of these.</summary>
    public T Pick<T>(params IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
