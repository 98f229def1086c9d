using System.Numerics;
using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Nethereum;

/// <summary>Reads what somebody wants sent, and refuses what is the engine's to say.</summary>
internal static class TransactionInputs
{
    // What is estimated holds for the block that it was estimated on.
    private const ulong Quarters = 5;

    /// <summary>What is to be sent; where it names no gas limit, that is 0.</summary>
    /// <exception cref="NotSupportedException">It names what is the engine's, or what the engine does not send.</exception>
    /// <exception cref="ArgumentException">It names no address, or amounts that there are not.</exception>
    public static OutgoingCall Read(TransactionInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Refuse(input.Nonce is not null, "a nonce: the engine takes it when it sends");
        Refuse(
            input.GasPrice is not null || input.MaxFeePerGas is not null || input.MaxPriorityFeePerGas is not null,
            "a price: the engine offers what the chain's settings and the budget allow, and raises it");
        Refuse(input.AuthorisationList is { Count: > 0 } || input.AccessList is { Count: > 0 }, "authorisations or an access list, which the engine does not send");
        Refuse(string.IsNullOrEmpty(input.To), "no receiver: the engine deploys no contracts");
        if (!Address.TryParse(input.To, out var to))
        {
            throw new ArgumentException($"'{input.To}' is not an address.", nameof(input));
        }

        if (!Hex.TryDecode(string.IsNullOrEmpty(input.Data) ? "0x" : input.Data, out var data))
        {
            throw new ArgumentException("The data is not hexadecimal.", nameof(input));
        }

        var value = input.Value is { Value.Sign: > 0 } amount ? new Wei(UInt256.From(amount.Value)) : Wei.Zero;
        return new OutgoingCall(to, value, data, input.Gas is { } gas ? Limit(gas.Value) : 0);
    }

    /// <summary>The same, with the gas that a node estimates and a quarter on top where it names none.</summary>
    public static async Task<OutgoingCall> ReadAsync(TransactionInput input, Func<CallInput, Task<HexBigInteger>> estimate) =>
        Read(input) is { GasLimit: > 0 } call
            ? call
            : Read(input) with { GasLimit = Limit((await estimate(input)).Value * Quarters / (Quarters - 1)) };

    private static ulong Limit(BigInteger gas) => gas >= 21_000 && gas <= TransactionLimits.MaxGas
        ? (ulong)gas
        : throw new ArgumentException($"{gas} is not a gas limit: it is from 21000 to {TransactionLimits.MaxGas}.", nameof(gas));

    private static void Refuse(bool isSo, string what)
    {
        if (isSo)
        {
            throw new NotSupportedException($"The transaction names {what}.");
        }
    }
}
