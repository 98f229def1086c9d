namespace Relayer.Core.Relay;

/// <summary>Who posts a request, as far as it is known. What a known caller may do is bounded by budgets of its own.</summary>
/// <param name="Kind">How it is known.</param>
/// <param name="Client">The API client's name in the configuration; only of <see cref="CallerKind.Client"/>.</param>
public sealed record Caller(CallerKind Kind, string? Client = null)
{
    /// <summary>Anybody.</summary>
    public static Caller Anonymous { get; } = new(CallerKind.Anonymous);

    /// <summary>True where shares are reserved for it.</summary>
    public bool IsKnown => Kind != CallerKind.Anonymous;
}

/// <summary>How a caller is known. The numbers are stored.</summary>
public enum CallerKind
{
    /// <summary>Not at all: keys are free.</summary>
    Anonymous,

    /// <summary>The user is admitted, by a contract's word or an operator's list.</summary>
    Admitted,

    /// <summary>By the key of an API client.</summary>
    Client,
}
