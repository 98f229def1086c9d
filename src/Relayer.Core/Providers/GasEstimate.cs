namespace Relayer.Core.Providers;

/// <summary>How much gas a node says a call needs.</summary>
/// <param name="Gas">The least gas limit with which it succeeds; <see langword="null"/> when it does not with what it may have.</param>
/// <param name="Failure">How it failed then.</param>
public readonly record struct GasEstimate(ulong? Gas, CallOutcome? Failure);
