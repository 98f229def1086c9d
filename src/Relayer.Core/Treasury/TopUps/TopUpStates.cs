namespace Relayer.Core.Treasury.TopUps;

/// <summary><see cref="TopUpState"/> in SQL: each state's number.</summary>
internal static class TopUpStates
{
    public const string UnderWay = "0";
    public const string Received = "1";
    public const string Failed = "2";
}
