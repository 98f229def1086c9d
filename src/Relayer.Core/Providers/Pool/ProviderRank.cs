namespace Relayer.Core.Providers.Pool;

/// <summary>How far from the pool a provider may be for what is asked of it.</summary>
internal enum Reach
{
    /// <summary>With the pool: the answer does not tell its height.</summary>
    WithPool,

    /// <summary>Behind too: the answer tells its height and is judged by it.</summary>
    Evaluated,

    /// <summary>Wherever it is: nothing is believed, something is given.</summary>
    Everybody,
}

/// <summary>Who is asked, and in which order. Pure.</summary>
internal static class ProviderRank
{
    // A provider that is preferred stays preferred unless another one is clearly faster.
    private const double MuchSlower = 4;
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(200);

    /// <summary>How a provider is.</summary>
    /// <param name="health">What is known of it.</param>
    /// <param name="standing">Where its height stands.</param>
    /// <param name="fastest">The least latency among the chain's providers.</param>
    /// <param name="chain">The chain it should serve.</param>
    /// <param name="now">The time.</param>
    public static ProviderState StateOf(ProviderHealth health, Standing standing, TimeSpan fastest, long chain, DateTimeOffset now) => health switch
    {
        { ServedChain: not 0 } when health.ServedChain != chain => ProviderState.WrongChain,
        _ when !health.Breaker.MayBeAsked(now) => ProviderState.Resting,
        _ when health.Breaker.IsHalfOpen(now) => ProviderState.OnTrial,
        _ when !health.Breaker.IsClosed => ProviderState.Failing,
        { ServedChain: 0 } => ProviderState.Unknown,
        _ when standing == Standing.Lagging => ProviderState.Lagging,
        _ when standing == Standing.Ahead => ProviderState.Ahead,
        _ when standing == Standing.Unknown => ProviderState.Slow, // It did not say how high it is while the others did.
        _ when health.Latency > (fastest * MuchSlower) + Noticeable => ProviderState.Slow,
        _ => ProviderState.Healthy,
    };

    /// <summary>How each of a chain's providers is.</summary>
    /// <param name="healths">What is known of them.</param>
    /// <param name="view">What their heights amount to; <see langword="null"/> before they were asked.</param>
    /// <param name="chain">The chain they should serve.</param>
    /// <param name="now">The time.</param>
    public static ProviderState[] StatesOf(IReadOnlyList<ProviderHealth> healths, PoolSnapshot? view, long chain, DateTimeOffset now)
    {
        var fastest = healths.Where(health => health.Breaker.IsClosed && health.ProbedAt != default)
            .Select(health => health.Latency).DefaultIfEmpty().Min();
        return [.. healths.Select((health, i) => StateOf(health, view?.Standings[i] ?? Standing.Unknown, fastest, chain, now))];
    }

    /// <summary>
    /// The places of those that may be asked, the one to ask first first. Equals stay as they were configured; of those that fail, the one
    /// that has cooled, or will next, comes first.
    /// </summary>
    public static IEnumerable<int> Order(IReadOnlyList<ProviderState> states, IReadOnlyList<ProviderHealth> healths, Reach reach) =>
        Enumerable.Range(0, states.Count)
            .Where(i => PlaceOf(states[i], reach) is not null)
            .OrderBy(i => PlaceOf(states[i], reach))
            .ThenBy(i => states[i] == ProviderState.Failing ? healths[i].Breaker.ReadyAt : default);

    /// <summary>The place in the order, the lower the earlier; <see langword="null"/> for one that must not be asked.</summary>
    private static int? PlaceOf(ProviderState state, Reach reach) => state switch
    {
        ProviderState.Healthy => 0,
        ProviderState.Slow => 1,
        ProviderState.Unknown => 2,
        ProviderState.OnTrial => 3,
        ProviderState.Failing => 4,
        ProviderState.Lagging when reach >= Reach.Evaluated => 5,
        ProviderState.Ahead when reach >= Reach.Everybody => 6,
        _ => null,
    };

    /// <summary>True for one that a broadcast goes to at once: it answers, wherever its height is.</summary>
    public static bool Answers(ProviderState state) =>
        state is ProviderState.Healthy or ProviderState.Unknown or ProviderState.Slow or ProviderState.Lagging or ProviderState.Ahead;
}
