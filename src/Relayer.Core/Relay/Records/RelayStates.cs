namespace Relayer.Core.Relay.Records;

/// <summary><see cref="RelayState"/> in SQL: each state's number, and conditions on the column <c>state</c>.</summary>
internal static class RelayStates
{
    public const string Accepted = "0";
    public const string Pending = "1";
    public const string Mined = "2";
    public const string Confirmed = "3";
    public const string Failed = "4";
    public const string Expired = "5";

    /// <summary>It may still change.</summary>
    public const string UnderWay = $"state < {Confirmed}";

    /// <summary>Nothing can change any more.</summary>
    public const string Final = $"state >= {Confirmed}";
}
