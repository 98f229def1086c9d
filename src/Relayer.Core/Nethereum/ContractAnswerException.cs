namespace Relayer.Core.Nethereum;

/// <summary>A contract, or the node that was asked, answered what is not the encoding of what the function returns, or more than is read.</summary>
/// <param name="function">The function's name.</param>
/// <param name="contract">The contract that was asked.</param>
/// <param name="bytes">How long the answer is; 0 also where there is no contract.</param>
public sealed class ContractAnswerException(string function, string contract, int bytes)
    : Exception($"What {function} of {contract} returned, {bytes} bytes, is not what it returns by its type, or too long.");
