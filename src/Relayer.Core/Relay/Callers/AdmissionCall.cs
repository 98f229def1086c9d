using System.Buffers.Binary;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Relay.Callers;

/// <summary>The view function of a contract that says whether a user is admitted.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Selector">The function's selector, big-endian.</param>
/// <param name="KeepsYes">How long a yes is remembered.</param>
/// <param name="KeepsNo">How long a no is.</param>
/// <param name="Patience">How long a request waits for its word. Without it the user is nobody that is known.</param>
public sealed record AdmissionCall(Address Contract, uint Selector, TimeSpan KeepsYes, TimeSpan KeepsNo, TimeSpan Patience)
{
    private const int Word = 32;

    /// <summary>Reads validated options; <see langword="null"/> where no contract is asked.</summary>
    internal static AdmissionCall? From(AdmissionCallOptions options) =>
        options.Contract is { } contract && AllowedFunction.TryParse(options.Function, out var function)
            ? new(contract, function.Selector!.Value, options.CacheFor, options.CacheNoFor, options.Timeout)
            : null;

    /// <summary>The question.</summary>
    internal EthCall Ask(Address user)
    {
        var data = new byte[sizeof(uint) + Word];
        BinaryPrimitives.WriteUInt32BigEndian(data, Selector);
        user.Span.CopyTo(data.AsSpan(data.Length - Address.Size));
        return new EthCall(null, Contract, data);
    }

    /// <summary>The answer; a contract that reverts does not admit. <see langword="null"/> for what is no boolean.</summary>
    internal static bool? Read(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Returned { Data: { Length: Word } word } when word.Span[..^1].IndexOfAnyExcept((byte)0) < 0 && word.Span[^1] <= 1 => word.Span[^1] == 1,
        CallOutcome.Reverted => false,
        _ => null,
    };
}
