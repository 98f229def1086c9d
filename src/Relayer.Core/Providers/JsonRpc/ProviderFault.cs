namespace Relayer.Core.Providers.JsonRpc;

/// <summary>How a provider failed to answer. The names are the <c>kind</c> of the metric <c>relayer.provider.errors</c>.</summary>
internal enum ProviderFaultKind
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No whole answer in time.</summary>
    Timeout,

    /// <summary>HTTP 429, or the same in a JSON-RPC error.</summary>
    RateLimited,

    /// <summary>An HTTP status other than success.</summary>
    HttpStatus,

    /// <summary>Not JSON, not JSON-RPC, not all the answers, or an answer of the wrong shape.</summary>
    BadReply,

    /// <summary>More bytes than are read; smaller batches may fit.</summary>
    Oversized,

    /// <summary>The batch as a whole was refused; smaller batches may pass.</summary>
    BatchRefused,

    /// <summary>It serves another chain than the configured.</summary>
    WrongChain,

    /// <summary>It lacks the block, the state or the method; not a fault of its health.</summary>
    Lacking,

    /// <summary>It is behind the others, or behind what it said before, so that what it has not seen proves nothing; not a fault of its health.</summary>
    Lagging,
}

/// <summary>A provider failed to answer: a reason to ask another one. Never what the chain itself says no to.</summary>
/// <param name="kind">How.</param>
/// <param name="message">What happened; never the URL, which may hold a key.</param>
/// <param name="retryAfter">How long the provider asked to be left alone.</param>
/// <param name="innerException">The cause.</param>
internal sealed class ProviderFaultException(
    ProviderFaultKind kind, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public ProviderFaultKind Kind { get; } = kind;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The HTTP status, where it was one.</summary>
    public int? Status { get; init; }

    /// <summary>True when half the batch may go through where the whole did not.</summary>
    public bool MayFitWhenSplit => Kind is ProviderFaultKind.Oversized or ProviderFaultKind.BatchRefused;
}
