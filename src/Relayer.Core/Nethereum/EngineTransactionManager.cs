using System.Numerics;
using Nethereum.Accounts.ViewOnly;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Accounts;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.NonceServices;
using Nethereum.RPC.TransactionManagers;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Records;

namespace Relayer.Core.Nethereum;

/// <summary>Hands transactions to the engine. There is no key and no nonce here, and no price is offered.</summary>
internal sealed class EngineTransactionManager : TransactionManagerBase
{
    private readonly Func<OutgoingCall, CancellationToken, Task<SentTransaction>> _send;

    public EngineTransactionManager(
        ChainId chainId, Func<OutgoingCall, CancellationToken, Task<SentTransaction>> send, IClient client, TransactionDirectory directory,
        TimeProvider time)
    {
        _send = send;
        (Client, ChainId, Account) = (client, chainId.Value, new EngineAccount(this));
        TransactionReceiptService = new EngineReceipts(SendTransactionAsync, client, directory, time);
    }

    public override BigInteger DefaultGas { get; set; }

    /// <inheritdoc/>
    public override async Task<string> SendTransactionAsync(TransactionInput transactionInput)
    {
        var cancellation = SendScope.Current?.Cancellation ?? CancellationToken.None;
        var call = await TransactionInputs.ReadAsync(transactionInput, input => EstimateGasAsync(input));
        return (await _send(call, cancellation)).Hash.ToString();
    }

    public override Task<string> SignTransactionAsync(TransactionInput transaction) => throw NoKey();

    public override Task<Authorisation> SignAuthorisationAsync(Authorisation authorisation) => throw NoKey();

    private static NotSupportedException NoKey() => new("There is no key here: the engine signs what it sends, and nothing else.");

    /// <summary>The library's account without a key, so that what asks it for a signature is refused. Who it is and which nonce comes next is the engine's.</summary>
    private sealed class EngineAccount : ViewOnlyAccount, IAccount
    {
        private const string NoNonce = "There is no nonce here: the engine takes it when it sends.";

        public EngineAccount(EngineTransactionManager manager)
            : base(default(Address).ToString()) => TransactionManager = manager;

        /// <summary>Who would pay, inside a keeper's action; elsewhere the engine chooses when it sends.</summary>
        string IAccount.Address => SendScope.Current?.Account?.ToString()!;

        INonceService IAccount.NonceService
        {
            get => throw new NotSupportedException(NoNonce);
            set => throw new NotSupportedException(NoNonce);
        }
    }
}
