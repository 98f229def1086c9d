using Relayer.Core.Ethereum;

namespace Relayer.Core.Nethereum;

/// <summary>
/// What code that uses <c>IWeb3</c> may do while it runs: until when, and what takes its transactions, if anything does. It flows with
/// <c>await</c>; another thread's is another.
/// </summary>
/// <param name="Cancellation">Stops its reads.</param>
/// <param name="Account">The account it would pay with, if one is known.</param>
/// <param name="Send">Takes a transaction; <see langword="null"/> where nothing is to be sent.</param>
public sealed record SendScope(
    CancellationToken Cancellation, Address? Account = null, Func<OutgoingCall, CancellationToken, Task<SentTransaction>>? Send = null)
{
    private static readonly AsyncLocal<SendScope?> Flowing = new();

    /// <summary>The one that the caller runs in.</summary>
    public static SendScope? Current => Flowing.Value;

    /// <summary>Runs code in this scope.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> code)
    {
        ArgumentNullException.ThrowIfNull(code);

        // Set in an async method of its own: whoever called does not see it afterwards.
        Flowing.Value = this;
        return await code();
    }
}

/// <summary>A transaction that somebody wants sent. Signer, nonce and fees are the engine's.</summary>
/// <param name="To">The contract or account called.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="Data">Calldata.</param>
/// <param name="GasLimit">The most gas.</param>
public sealed record OutgoingCall(Address To, Wei Value, ReadOnlyMemory<byte> Data, ulong GasLimit);

/// <summary>A transaction that the engine has recorded, and carries out from now on whatever happens to this process.</summary>
/// <param name="Id">Its id in the ledger.</param>
/// <param name="Hash">Its first attempt's hash; a replacement has another one.</param>
public sealed record SentTransaction(Guid Id, Hash32 Hash);

/// <summary>Takes transactions for a purpose, within that purpose's budget.</summary>
public interface ITransactionOutlet
{
    /// <summary>Records, signs and sends, or says why not.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="purpose">What for: the name of a configured keeper, whose budget pays.</param>
    /// <param name="call">What is sent.</param>
    /// <param name="cancellation">Stops it; what is recorded by then is carried out all the same.</param>
    /// <exception cref="TransactionRefusedException">It is not sent; nothing is recorded.</exception>
    Task<SentTransaction> SendAsync(ChainId chainId, string purpose, OutgoingCall call, CancellationToken cancellation);
}

/// <summary>A transaction is not sent, and nothing of it is recorded.</summary>
/// <param name="reason">A stable code, such as <c>budget_spent</c>.</param>
/// <param name="detail">More, for people.</param>
public sealed class TransactionRefusedException(string reason, string? detail)
    : Exception(detail is null ? $"The transaction is not sent: {reason}." : $"The transaction is not sent: {reason}: {detail}.")
{
    /// <summary>A stable code.</summary>
    public string Reason { get; } = reason;

    /// <summary>More, for people.</summary>
    public string? Detail { get; } = detail;
}
