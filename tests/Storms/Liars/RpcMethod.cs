namespace Storms.Liars;

/// <summary>A method of a node, and what its answers are about.</summary>
/// <param name="Name">As it is called.</param>
internal sealed record RpcMethod(string Name)
{
    /// <summary>Why an answer cannot be an old one; <see langword="null"/> when it can.</summary>
    public string? NeverStale { get; private init; }

    /// <summary>The answer says of which block it is.</summary>
    public bool NamesBlock { get; private init; }

    /// <summary>What the honest node does not know either: only then it is asked this.</summary>
    public IReadOnlyList<string> Lacking { get; private init; } = [];

    /// <summary>Why nobody asks it; <see langword="null"/> when somebody does.</summary>
    public string? Uncalled { get; private init; }

    /// <summary>All that the product asks a node; tests hold it complete.</summary>
    public static IReadOnlyList<RpcMethod> All { get; } =
    [
        new("eth_chainId") { NeverStale = "a chain's id never changes" },
        new("eth_blockNumber"),
        new("eth_getBlockByNumber") { NamesBlock = true },
        new("eth_getBlockByHash") { NamesBlock = true, Uncalled = "the product reads no block by its hash; only a keeper of one's own may" },
        new("eth_getTransactionCount"),
        new("eth_getBalance"),
        new("eth_getCode"),
        new("eth_call"),
        new("eth_estimateGas") { Uncalled = "only the keepers of Perps ask it, and no world of this has their market; what they send is simulated with what it says" },
        new("eth_gasPrice") { NeverStale = "a price is of no block that one could ask for" },
        new("eth_feeHistory"),
        new("eth_getLogs") { NamesBlock = true },
        new("eth_sendRawTransaction") { NeverStale = "what is handed in is not read" },
        new("eth_getTransactionReceipt") { NamesBlock = true },
        new("eth_getTransactionByHash") { NamesBlock = true },
        new("trace_block") { NamesBlock = true },
        new("debug_traceBlockByHash") { Lacking = ["trace_block"] },
        new("debug_traceTransaction") { Lacking = ["trace_block", "debug_traceBlockByHash"] },
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
