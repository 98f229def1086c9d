namespace DevChain;

/// <summary>A chain as it stood.</summary>
/// <param name="State">From <see cref="AnvilNode.DumpStateAsync"/>.</param>
/// <param name="Contracts">What is deployed on it.</param>
public sealed record DumpedChain(byte[] State, Deployment Contracts);
