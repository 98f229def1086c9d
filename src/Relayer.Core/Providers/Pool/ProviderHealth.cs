using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Providers.Pool;

/// <summary>What is known of a provider: a pure value, moved on by each observation.</summary>
/// <param name="Breaker">Whether it answers.</param>
/// <param name="Track">The heights it told.</param>
/// <param name="ServedChain">The chain it said it serves; 0 while unknown.</param>
/// <param name="ProbedAt">When it last answered a probe.</param>
/// <param name="Latency">
/// How long probes take, the newest ones weighing most. Probes alone: the same small question to each provider can be compared.
/// </param>
internal readonly record struct ProviderHealth(
    Breaker Breaker, HeadHistory Track, long ServedChain, DateTimeOffset ProbedAt, TimeSpan Latency)
{
    // Three probes in four are forgotten after four more.
    private const double WeightOfNewest = 0.3;

    /// <summary>The health after a fault.</summary>
    public ProviderHealth After(ProviderFaultException fault, DateTimeOffset now) => this with { Breaker = Breaker.After(fault, now) };

    /// <summary>The health after an answer.</summary>
    public ProviderHealth AfterAnswer(DateTimeOffset now) => this with { Breaker = Breaker.AfterAnswer(now) };

    /// <summary>The health after a height was told.</summary>
    public ProviderHealth AfterHead(long head, DateTimeOffset now) => this with { Track = Track.After(head, now) };

    /// <summary>The health after a probe was answered.</summary>
    public ProviderHealth AfterProbe(long chain, long head, TimeSpan took, DateTimeOffset now) => this with
    {
        // Heights of another chain are nothing to compare with.
        Track = (ServedChain == chain ? Track : default).After(head, now),
        ServedChain = chain,
        ProbedAt = now,
        Latency = ProbedAt == default ? took : (took * WeightOfNewest) + (Latency * (1 - WeightOfNewest)),
    };
}
