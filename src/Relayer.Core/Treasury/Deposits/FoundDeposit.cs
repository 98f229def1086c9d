using System.Numerics;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Treasury.Deposits;

/// <summary>Money that came.</summary>
/// <param name="Amount">Wei.</param>
/// <param name="FirstBlock">In this block or later.</param>
/// <param name="LastBlock">In this block or earlier.</param>
/// <param name="Hash">The transaction that brought it, where it is known.</param>
/// <param name="Sender">Who paid, where it is known.</param>
/// <param name="Evidence">By what it is known.</param>
internal sealed record FoundDeposit(
    BigInteger Amount, long FirstBlock, long LastBlock, Hash32? Hash, Address? Sender, DepositEvidence Evidence)
{
    /// <summary>What deposits come to.</summary>
    public static BigInteger Sum(IEnumerable<FoundDeposit> deposits) => deposits.Aggregate(BigInteger.Zero, (sum, deposit) => sum + deposit.Amount);
}
