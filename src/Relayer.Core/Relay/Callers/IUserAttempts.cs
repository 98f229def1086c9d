using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Callers;

/// <summary>Counts what a user attempts, whatever becomes of it. Asked once the signature is right: nobody can use up somebody else's.</summary>
public interface IUserAttempts
{
    /// <summary>Counts one.</summary>
    /// <returns>After how long the next one is taken; <see langword="null"/> when this one is.</returns>
    TimeSpan? Count(Address user);
}

/// <summary>Counts nothing.</summary>
public sealed class UncountedAttempts : IUserAttempts
{
    /// <inheritdoc/>
    public TimeSpan? Count(Address user) => null;
}
