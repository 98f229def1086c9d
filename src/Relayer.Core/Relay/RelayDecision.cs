using Relayer.Core.Relay.Records;

namespace Relayer.Core.Relay;

/// <summary>The answer to a request.</summary>
public abstract record RelayDecision
{
    private RelayDecision()
    {
    }

    /// <summary>It is recorded and on its way.</summary>
    public sealed record Accepted(RelayRecord Relay) : RelayDecision;

    /// <summary>It was posted before; this is how it stands. Nothing new was done.</summary>
    public sealed record Known(RelayRecord Relay) : RelayDecision;

    /// <summary>It is not relayed, and nothing was recorded.</summary>
    public sealed record Rejected(Refusal Refusal) : RelayDecision;
}

/// <summary>The answer to a simulation.</summary>
public abstract record SimulationDecision
{
    private SimulationDecision()
    {
    }

    /// <summary>The rules take it now, with this outer gas limit. Whether a signer is free is seen when it is posted.</summary>
    public sealed record Passes(ulong Gas) : SimulationDecision;

    /// <summary>It would be refused.</summary>
    public sealed record Rejected(Refusal Refusal) : SimulationDecision;
}
