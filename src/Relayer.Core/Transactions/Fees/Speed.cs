namespace Relayer.Core.Transactions.Fees;

/// <summary>How much is offered for being mined soon. The numbers are the column's.</summary>
public enum Speed
{
    /// <summary>The tip that a quarter of recent gas paid less than, and half of the margin on the base fee: for what can wait.</summary>
    Slow = 0,

    /// <summary>The middle one of recent tips, and the chain's margin on the base fee.</summary>
    Standard = 1,

    /// <summary>A tip that nine tenths of recent gas paid less than, and half as much margin again.</summary>
    Fast = 2,
}
