using Functions.Http;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;

namespace Functions.Admin;

/// <summary>What operators are refused with.</summary>
internal static class AdminProblems
{
    /// <summary>The chain has no such signer (404).</summary>
    public const string UnknownSignerCode = "unknown_signer";

    /// <summary>An account is known with other arguments (409).</summary>
    public const string AccountDiffersCode = "account_differs";

    /// <summary>There is no such transaction (404).</summary>
    public const string UnknownTransactionCode = "unknown_transaction";

    /// <summary>The transaction is mined or final: nothing of it can be changed (409).</summary>
    public const string TooLateCode = "transaction_too_late";

    /// <summary>Nothing more may be offered for the transaction (409).</summary>
    public const string AtCapCode = "fee_at_cap";

    public static ProblemResult UnknownChain(long chainId) => NotFound(RefusalCode.UnknownChain, $"Chain {chainId} is not served.");

    public static ProblemResult UnknownSigner(long chainId, Address signer) =>
        NotFound(UnknownSignerCode, $"{signer} is no signer on chain {chainId}.");

    public static ProblemResult UnknownTransaction(Guid id) => NotFound(UnknownTransactionCode, $"No transaction {id} is known.");

    public static ProblemResult Conflict(string code, string detail) => Problems.Create(StatusCodes.Status409Conflict, code, detail);

    public static ProblemResult Malformed(string detail) => Problems.ForStatus(StatusCodes.Status400BadRequest, detail);

    private static ProblemResult NotFound(string code, string detail) => Problems.Create(StatusCodes.Status404NotFound, code, detail);
}
