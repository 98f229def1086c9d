namespace SelfHost;

/// <summary>Agrees between instances which of them runs a timer's tick, while the app serves alone.</summary>
public interface ITickGuard
{
    /// <summary>Claims a tick: true for exactly one caller of all instances.</summary>
    /// <param name="timer">The function's name.</param>
    /// <param name="due">The tick, by when it was due.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<bool> TryClaimAsync(string timer, DateTimeOffset due, CancellationToken cancellation);
}
