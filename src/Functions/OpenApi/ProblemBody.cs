namespace Functions.OpenApi;

/// <summary>A refusal (RFC 9457). Some codes come with more members, such as <c>checks</c> with <c>not_ready</c>.</summary>
public sealed record ProblemBody
{
    /// <summary>Always <c>about:blank</c>: the code tells problems apart.</summary>
    public required string Type { get; init; }

    /// <summary>The HTTP status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What went wrong, for programs; stable.</summary>
    public required string Code { get; init; }

    /// <summary>What went wrong here, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>What the contract said, decoded; only with the code <c>simulation_reverted</c>.</summary>
    public string? RevertReason { get; init; }

    /// <summary>Finds the request in the traces and logs.</summary>
    public string? TraceId { get; init; }
}
