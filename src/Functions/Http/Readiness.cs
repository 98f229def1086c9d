namespace Functions.Http;

/// <summary>Whether something the app depends on can be used now.</summary>
public interface IReadinessCheck
{
    /// <summary>What it is called in the answer.</summary>
    string Name { get; }

    /// <summary>Looks. An exception counts as not ready, and its text stays inside.</summary>
    Task<ReadinessResult> CheckAsync(CancellationToken cancellation);
}

/// <summary>What a readiness check found.</summary>
/// <param name="IsReady">It can be used.</param>
/// <param name="Detail">More, for people; shown to anybody, so without secrets and addresses.</param>
public sealed record ReadinessResult(bool IsReady, string? Detail = null)
{
    /// <summary>It can be used.</summary>
    public static ReadinessResult Ready { get; } = new(true);
}

/// <summary>The readiness answer.</summary>
/// <param name="Status"><c>ready</c>.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record ReadyAnswer(string Status, IReadOnlyList<ReadinessEntry> Checks);

/// <summary>One dependency in the readiness answer.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Ready">It can be used.</param>
/// <param name="Detail">More, for people.</param>
public sealed record ReadinessEntry(string Name, bool Ready, string? Detail);
