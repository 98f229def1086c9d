namespace Relayer.Core.Keepers.Oracles;

/// <summary>What the price service had.</summary>
public abstract record PriceAnswer
{
    private PriceAnswer()
    {
    }

    /// <summary>Signed updates for the chain.</summary>
    /// <param name="Updates">As <c>fulfillOracleQuery</c> takes them.</param>
    public sealed record Found(IReadOnlyList<byte[]> Updates) : PriceAnswer;

    /// <summary>It has no such price, or not yet.</summary>
    public sealed record Missing(string Detail) : PriceAnswer;

    /// <summary>What it said does not fit what was asked: another feed, an earlier time, no hexadecimal.</summary>
    public sealed record Wrong(string Detail) : PriceAnswer;

    /// <summary>It did not answer, or asks to be left alone.</summary>
    public sealed record Unavailable(string Detail) : PriceAnswer;
}

/// <summary>Where prices come from.</summary>
public interface IPriceSource
{
    /// <summary>Signed updates that answer a query.</summary>
    /// <remarks>Never throws for what the service does; safe for concurrent use.</remarks>
    Task<PriceAnswer> ReadAsync(OracleQuery query, CancellationToken cancellation);

    /// <summary>The chain did not take the answer: ask anew next time.</summary>
    void Forget(OracleQuery query);
}
