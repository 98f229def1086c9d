namespace Functions.Health;

/// <summary>The readiness answer.</summary>
/// <param name="Status"><c>ready</c>.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record ReadyAnswer(string Status, IReadOnlyList<ReadinessEntry> Checks);

/// <summary>One dependency in the readiness answer.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Ready">It can be used.</param>
/// <param name="Detail">More, for people.</param>
/// <param name="Providers">With the chains: each of their RPC providers, in the order of preference.</param>
public sealed record ReadinessEntry(string Name, bool Ready, string? Detail, IReadOnlyList<ProviderEntry>? Providers = null);

/// <summary>An RPC provider in the readiness answer.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Name">Host and port.</param>
/// <param name="Healthy">Decisions may rest on what it says.</param>
/// <param name="State"><c>healthy</c>, <c>slow</c>, <c>lagging</c>, <c>ahead</c>, <c>failing</c>, <c>on_trial</c>, <c>resting</c>, <c>wrong_chain</c>
/// or <c>unknown</c>.</param>
/// <param name="Head">The height it told last.</param>
/// <param name="Lag">Blocks behind the chain's pool of providers; negative when ahead.</param>
/// <param name="LatencyMs">What a small question takes, in milliseconds.</param>
/// <param name="ErrorRate">The share of calls that failed in the last half minute, 0 to 1.</param>
public sealed record ProviderEntry(
    long ChainId, string Name, bool Healthy, string State, long? Head, long? Lag, double? LatencyMs, double ErrorRate);
