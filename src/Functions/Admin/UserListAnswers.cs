using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Callers;

namespace Functions.Admin;

/// <summary>What became of a command about a user.</summary>
/// <param name="User">The user.</param>
/// <param name="List"><c>allowed</c>, <c>denied</c> or <c>none</c>.</param>
/// <param name="Changed">False when it was so before the command.</param>
public sealed record UserListAnswer(string User, string List, bool Changed)
{
    /// <summary>Shows what a command did.</summary>
    public static UserListAnswer Of(Address user, UserList list, bool hasChanged) => new(user.ToString(), NameOf(list), hasChanged);

    internal static string NameOf(UserList list) => list switch { UserList.Allowed => "allowed", UserList.Denied => "denied", _ => "none" };
}

/// <summary>A page of the users on the lists, by address.</summary>
/// <param name="Users">The users.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record UserListPage(IReadOnlyList<ListedUserAnswer> Users, string? NextCursor)
{
    /// <summary>Shows users that were read with one more than <paramref name="limit"/>.</summary>
    public static UserListPage Of(IReadOnlyList<ListedUser> users, int limit) => new(
        [.. users.Take(limit).Select(one => new ListedUserAnswer(one.User.ToString(), UserListAnswer.NameOf(one.List), one.By, one.Reason, one.Since))],
        users.Count > limit ? users[limit - 1].User.ToString() : null);
}

/// <summary>A user on a list.</summary>
/// <param name="User">The user.</param>
/// <param name="List"><c>allowed</c> or <c>denied</c>.</param>
/// <param name="By">The name of the operator.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record ListedUserAnswer(string User, string List, string By, string Reason, DateTimeOffset Since);

/// <summary>How answers about users are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(UserListAnswer))]
[JsonSerializable(typeof(UserListPage))]
internal sealed partial class UserListJson : JsonSerializerContext;
