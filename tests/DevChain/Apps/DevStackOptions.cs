namespace DevChain;

/// <summary>What a development stack is made of.</summary>
public sealed record DevStackOptions
{
    /// <summary>The node. By default it mines each transaction at once, and a block a second beside, so that all confirms.</summary>
    public AnvilOptions Anvil { get; init; } = new() { BlockTime = TimeSpan.FromSeconds(1), MixedMining = true };

    /// <summary>A chain that was dumped, with what is deployed on it, to go on from; null begins one.</summary>
    public DumpedChain? Chain { get; init; }

    /// <summary>The app's TCP port; null finds a free one.</summary>
    public int? ApiPort { get; init; }

    /// <summary>PostgreSQL's TCP port; null finds a free one.</summary>
    public int? DatabasePort { get; init; }

    /// <summary>PostgreSQL settings beside the usual ones, such as <c>shared_preload_libraries=pg_stat_statements</c>.</summary>
    public IReadOnlyList<string> DatabaseSettings { get; init; } = [];

    /// <summary>How many accounts pay for gas.</summary>
    public int Signers { get; init; } = 2;

    /// <summary>Whole ether each of them gets.</summary>
    public int SignerEther { get; init; } = 1000;

    /// <summary>Blocks on top before a transaction counts.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>Settings that replace or add to the usual ones, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>False leaves the app to the caller.</summary>
    public bool StartApp { get; init; } = true;

    /// <summary>The app to run: a program, or a published worker's folder; null is the app alone, as built beside this library.</summary>
    public string? AppProgram { get; init; }

    /// <summary>Gets a line per step.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Gets every line the app writes.</summary>
    public Action<string>? AppOutput { get; init; }
}
