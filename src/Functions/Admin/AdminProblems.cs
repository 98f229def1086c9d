using Functions.Http;
using Relayer.Core.Relay;

namespace Functions.Admin;

/// <summary>What operators are refused with.</summary>
internal static class AdminProblems
{
    public static ProblemResult UnknownChain(long chainId) =>
        Problems.Create(StatusCodes.Status404NotFound, RefusalCode.UnknownChain, $"Chain {chainId} is not served.");

    public static ProblemResult Malformed(string detail) => Problems.ForStatus(StatusCodes.Status400BadRequest, detail);
}
