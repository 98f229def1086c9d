using Nethereum.Contracts;
using Relayer.Core.Ethereum;
using Relayer.Core.Nethereum;

namespace Relayer.Core.Keepers.Views;

/// <summary>Something that a view says is due.</summary>
/// <remarks>
/// The same key is the same piece of work, whoever looks and however often, until it is over; from then on it is the next piece. Two keys must
/// never stand for the same thing.
/// </remarks>
/// <param name="Key">What it is, in the contract's own terms: an order's number, an account. Up to 100 characters; people read it too.</param>
/// <param name="Call">What does it; <see langword="null"/> where the keeper's own <c>ActAsync</c> sends it.</param>
public sealed record DueWork(string Key, OutgoingCall? Call = null)
{
    /// <summary>What it should bring, in wei; zero where that is not known.</summary>
    public Wei Reward { get; init; }

    /// <summary>From then on it is not worth sending.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Work that one call does.</summary>
    /// <typeparam name="T">The function.</typeparam>
    /// <param name="key">What it is.</param>
    /// <param name="contract">The contract's address.</param>
    /// <param name="call">The function's message, with <c>AmountToSend</c> where value goes along, and <c>Gas</c> where the options' limit does not fit.</param>
    /// <exception cref="NotSupportedException">It names a nonce or a price: these are the engine's.</exception>
    /// <exception cref="ArgumentException">The contract is no address.</exception>
    public static DueWork By<T>(string key, string contract, T call)
        where T : FunctionMessage, new() => new(key, TransactionInputs.Read(call.CreateTransactionInput(contract)));
}
