namespace DevChain;

/// <summary>How a node behaves.</summary>
public sealed record AnvilOptions
{
    /// <summary>The EIP-155 id.</summary>
    public long ChainId { get; init; } = 31337;

    /// <summary>A TCP port on 127.0.0.1; null finds a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Mines every so often (fractions of a second are fine); null mines a block per transaction, at once.</summary>
    public TimeSpan? BlockTime { get; init; }

    /// <summary>With a block time: mines a block per transaction at once as well.</summary>
    public bool MixedMining { get; init; }

    /// <summary>Mines nothing until <see cref="AnvilNode.MineAsync"/>.</summary>
    public bool MineOnDemand { get; init; }

    /// <summary>Gas a block may use.</summary>
    public long GasLimit { get; init; } = 30_000_000;

    /// <summary>Funded accounts that the node signs for.</summary>
    public int Accounts { get; init; } = 10;

    /// <summary>The hard fork's rules; null is the newest the node knows.</summary>
    public string? Hardfork { get; init; }

    /// <summary>Arguments passed on as they are.</summary>
    public IReadOnlyList<string> Extra { get; init; } = [];
}
