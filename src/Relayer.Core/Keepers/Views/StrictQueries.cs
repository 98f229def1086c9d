using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Web3;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Nethereum;

namespace Relayer.Core.Keepers.Views;

/// <summary>Asks contracts with the library's classes, and believes nothing of how the answers are laid out.</summary>
public static class StrictQueries
{
    /// <summary>Calls a view and reads what it returns: at most 64 KiB, in the ABI's strict encoding.</summary>
    /// <remarks>
    /// The library's own <c>QueryAsync</c> follows lengths wherever they point. One of 2^31-1 in an answer of 64 bytes makes it fill all memory, and that is the
    /// whole process. What passes here is only ever the encoding of a value.
    /// </remarks>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <typeparam name="TAnswer">What it returns, a member for each value.</typeparam>
    /// <param name="web3">The chain.</param>
    /// <param name="contract">The contract's address.</param>
    /// <param name="question">The function's message.</param>
    /// <exception cref="ContractAnswerException">The answer is something else, too long, or none. Left to fly out of a look it is <c>check_failed</c>.</exception>
    /// <exception cref="global::Nethereum.JsonRpc.Client.RpcResponseException">The contract or the node refuses.</exception>
    public static async Task<TAnswer> QueryStrictlyAsync<TFunction, TAnswer>(this IWeb3 web3, string contract, TFunction question)
        where TFunction : FunctionMessage, new()
        where TAnswer : class, IFunctionOutputDTO, new()
    {
        ArgumentNullException.ThrowIfNull(web3);
        ArgumentNullException.ThrowIfNull(question);
        var raw = await web3.Eth.Transactions.Call.SendRequestAsync(question.CreateCallInput(contract), web3.Eth.DefaultBlock);
        return Hex.TryDecode(raw, out var data) && Typed.TryRead<TAnswer>(data, out var answer)
            ? answer
            : throw new ContractAnswerException(TypedLayout.Of<TFunction>().Name, contract, data?.Length ?? 0);
    }
}
