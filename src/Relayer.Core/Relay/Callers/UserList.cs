using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Callers;

/// <summary>On which list of the operators' a user is. The numbers are stored.</summary>
public enum UserList
{
    /// <summary>On none.</summary>
    None,

    /// <summary>Admitted: known wherever that makes a difference.</summary>
    Allowed,

    /// <summary>Denied: nothing is relayed for them, whoever posts it.</summary>
    Denied,
}

/// <summary>A user on a list.</summary>
/// <param name="User">The user.</param>
/// <param name="List">Which list.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record ListedUser(Address User, UserList List, string By, string Reason, DateTimeOffset Since);

/// <summary>What became of a change of the lists.</summary>
public enum UserListChange
{
    /// <summary>It was so before.</summary>
    Unchanged,

    /// <summary>It was made.</summary>
    Changed,

    /// <summary>There is no room for another user.</summary>
    Full,
}
