using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>What became of an operator's wish to speed up or cancel a transaction. Asking again is safe and says how it stands now.</summary>
public abstract record ReplacementOutcome
{
    private ReplacementOutcome()
    {
    }

    /// <summary>A version that replaces the others is on record and was handed to the nodes; which one is mined only the chain decides.</summary>
    /// <param name="Hash">That version's hash.</param>
    /// <param name="Fees">The highest fees offered so far.</param>
    public sealed record Done(Hash32 Hash, TransactionFees Fees) : ReplacementOutcome;

    /// <summary>
    /// The wish to cancel is on record and is carried out by a later pass: the key or the chain is unavailable now. After a wish to speed
    /// up: others were at the same transaction time and again; read it anew.
    /// </summary>
    public sealed record Recorded : ReplacementOutcome;

    /// <summary>This chain has no such transaction.</summary>
    public sealed record NotFound : ReplacementOutcome;

    /// <summary>It is mined or final.</summary>
    /// <param name="State">Its state's name, such as <c>confirmed</c>.</param>
    public sealed record TooLate(string State) : ReplacementOutcome;

    /// <summary>Nothing more may be offered under the chain's caps. A cancellation stays on record all the same and is kept trying.</summary>
    /// <param name="Fees">The highest fees offered so far.</param>
    public sealed record AtCap(TransactionFees Fees) : ReplacementOutcome;
}
