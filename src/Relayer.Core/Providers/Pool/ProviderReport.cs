namespace Relayer.Core.Providers.Pool;

/// <summary>How a provider is, in a word for people and records.</summary>
public enum ProviderState
{
    /// <summary>Not asked yet.</summary>
    Unknown,

    /// <summary>It answers, and is with the others.</summary>
    Healthy,

    /// <summary>It answers, but others are much faster.</summary>
    Slow,

    /// <summary>It is more blocks behind the pool than allowed.</summary>
    Lagging,

    /// <summary>It claims a height that the others contradict.</summary>
    Ahead,

    /// <summary>It failed; asked again after a pause that grows.</summary>
    Failing,

    /// <summary>It failed and has cooled: the next call decides.</summary>
    OnTrial,

    /// <summary>It asked to be left alone for a while (Retry-After).</summary>
    Resting,

    /// <summary>It serves another chain.</summary>
    WrongChain,
}

/// <summary>What is known of one provider of a chain.</summary>
/// <param name="Name">What it is called: its operator, or host and port, which is all of the URL that may be shown.</param>
/// <param name="State">How it is.</param>
/// <param name="Head">The height it told last.</param>
/// <param name="Lag">Blocks behind the pool; negative when ahead; <see langword="null"/> while either is unknown.</param>
/// <param name="Latency">What a small question takes; <see langword="null"/> before the first.</param>
/// <param name="ErrorRate">The share of calls that failed in the last half minute, 0 to 1.</param>
public sealed record ProviderReport(
    string Name, ProviderState State, long? Head, long? Lag, TimeSpan? Latency, double ErrorRate)
{
    /// <summary>True when decisions may rest on what it says.</summary>
    public bool IsUsable => State is ProviderState.Healthy or ProviderState.Slow;
}
