using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Records;

/// <summary><see cref="WorkState"/> in SQL: each state's number, and conditions on the column <c>state</c>.</summary>
internal static class WorkStates
{
    public const string Open = "0";
    public const string Sent = "1";
    public const string Won = "2";
    public const string Lost = "3";
    public const string Failed = "4";
    public const string Dropped = "5";

    /// <summary>It waits, or a transaction is under way for it.</summary>
    public const string NotOver = $"state in ({Open}, {Sent})";

    /// <summary>It ended, however.</summary>
    public const string Over = $"state > {Sent}";
}
