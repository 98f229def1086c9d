using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;
using Nethereum.RPC.TransactionReceipts;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Nethereum;

/// <summary>Waits for what the ledger says became of a transaction, whichever of its attempts was mined.</summary>
/// <remarks>
/// A receipt comes once the transaction is as deep as the chain's <c>Confirmations</c> ask, also of one that reverted (status 0). Of a hash that is
/// not one of ours it is the chain's own receipt, as soon as there is one.
/// </remarks>
internal sealed class EngineReceipts(
    Func<TransactionInput, Task<string>> send, IClient client, TransactionDirectory directory, TimeProvider time) : ITransactionReceiptService
{
    private int _interval = 500;

    public int GetPollingRetryIntervalInMilliseconds() => Volatile.Read(ref _interval);

    public void SetPollingRetryIntervalInMilliseconds(int retryMilliseconds) => Volatile.Write(ref _interval, Math.Max(1, retryMilliseconds));

    /// <exception cref="TransactionNotMinedException">Something else has its nonce: it will never be mined.</exception>
    public async Task<TransactionReceipt> PollForReceiptAsync(string transaction, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, SendScope.Current?.Cancellation ?? default);
        var asked = Hash32.Parse(transaction);
        var chain = new EthGetTransactionReceipt(client);
        while (true)
        {
            // What is confirmed may yet be unknown to the node that is asked: then it is asked again.
            var ours = await directory.FindByHashAsync(asked, either.Token);
            var mined = ours is null ? asked : Mined(ours, asked);
            if (mined is { } hash && await chain.SendRequestAsync(hash.ToString()) is { } receipt)
            {
                return receipt;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(GetPollingRetryIntervalInMilliseconds()), time, either.Token);
        }
    }

    public Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(TransactionInput transactionInput, CancellationToken cancellationToken = default) =>
        SendRequestAndWaitForReceiptAsync(() => send(transactionInput), cancellationToken);

    public async Task<TransactionReceipt> SendRequestAndWaitForReceiptAsync(
        Func<Task<string>> transactionFunction, CancellationToken cancellationToken = default) =>
        await PollForReceiptAsync(await transactionFunction(), cancellationToken);

    public Task<List<TransactionReceipt>> SendRequestsAndWaitForReceiptAsync(
        IEnumerable<TransactionInput> transactionInputs, CancellationToken cancellationToken = default) =>
        SendRequestsAndWaitForReceiptAsync(transactionInputs.Select(input => new Func<Task<string>>(() => send(input))), cancellationToken);

    public async Task<List<TransactionReceipt>> SendRequestsAndWaitForReceiptAsync(
        IEnumerable<Func<Task<string>>> transactionFunctions, CancellationToken cancellationToken = default)
    {
        var hashes = new List<string>();
        foreach (var one in transactionFunctions)
        {
            hashes.Add(await one());
        }

        return [.. await Task.WhenAll(hashes.Select(hash => PollForReceiptAsync(hash, cancellationToken)))];
    }

    public Task<TransactionReceipt> DeployContractAndWaitForReceiptAsync(Func<Task<string>> deployFunction, CancellationToken cancellationToken = default) =>
        throw NoDeployment();

    public Task<TransactionReceipt> DeployContractAndWaitForReceiptAsync(TransactionInput transactionInput, CancellationToken cancellationToken = default) =>
        throw NoDeployment();

    public Task<string> DeployContractAndGetAddressAsync(Func<Task<string>> deployFunction, CancellationToken cancellationToken = default) =>
        throw NoDeployment();

    public Task<TransactionReceipt> ValidateDeploymentTransactionReceipt(TransactionReceipt transactionReceipt) => throw NoDeployment();

    /// <summary>The mined attempt's hash once the ledger's word is final.</summary>
    private static Hash32? Mined(TransactionView transaction, Hash32 asked) => transaction.State switch
    {
        "confirmed" or "failed" => transaction.Hash,
        "cancelled" or "displaced" => throw new TransactionNotMinedException(asked, transaction),
        _ => null,
    };

    private static NotSupportedException NoDeployment() => new("The engine deploys no contracts.");
}

/// <summary>A transaction will never be mined: a noop of ours, or a foreign transaction, has its nonce.</summary>
/// <param name="hash">The attempt that was asked for.</param>
/// <param name="transaction">What the ledger says of it.</param>
public sealed class TransactionNotMinedException(Hash32 hash, TransactionView transaction)
    : Exception($"Transaction {hash} will never be mined: it is {transaction.State}{Why(transaction)}.")
{
    /// <summary>What the ledger says of it.</summary>
    public TransactionView Transaction { get; } = transaction;

    private static string Why(TransactionView transaction) => transaction.Closing is { } reason ? $" ({reason})" : "";
}
