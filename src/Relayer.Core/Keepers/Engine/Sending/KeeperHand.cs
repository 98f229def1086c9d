using Relayer.Core.Ethereum;
using Relayer.Core.Nethereum;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Has an action sent: as it stands, or by the keeper's own code, from which it takes one transaction for this very work.</summary>
internal sealed class KeeperHand
{
    private readonly KeeperAction _action;
    private readonly Func<KeeperAction, CancellationToken, Task<SendResult>> _send;
    private SendResult? _result;
    private int _taken;

    private KeeperHand(KeeperAction action, Func<KeeperAction, CancellationToken, Task<SendResult>> send) => (_action, _send) = (action, send);

    /// <summary>Sends, or says why not.</summary>
    /// <param name="action">What is to be done.</param>
    /// <param name="payer">An account that may pay, for the code to ask the chain with.</param>
    /// <param name="send">Hands a transaction to the engine.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<SendResult> SendAsync(
        KeeperAction action, Address payer, Func<KeeperAction, CancellationToken, Task<SendResult>> send, CancellationToken cancellation)
    {
        if (action.Act is not { } act)
        {
            return await send(action, cancellation);
        }

        var hand = new KeeperHand(action, send);
        try
        {
            await act(new SendScope(cancellation, payer, hand.TakeAsync));
        }
        catch (TransactionRefusedException refused)
        {
            // What was sent is sent, whatever its code met afterwards; and what the budget refused has its own reason.
            return hand._result ?? new SendResult.Failed(refused.Reason, refused.Detail);
        }

        return hand._result ?? new SendResult.Failed(KeeperReasons.NothingSent, null);
    }

    private async Task<SentTransaction> TakeAsync(OutgoingCall call, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _taken, 1) == 1)
        {
            throw new InvalidOperationException("A piece of work has one transaction. Make more pieces of it, or call a contract that does several things.");
        }

        var action = _action with { To = call.To, Value = call.Value, Data = call.Data, GasLimit = call.GasLimit, ExpectedGas = call.GasLimit };
        _result = await _send(action, cancellation);
        return _result switch
        {
            SendResult.Sent { Hash: { } hash } sent => new SentTransaction(sent.TransactionId, hash),
            SendResult.Refused refused => throw new TransactionRefusedException(refused.Reason, refused.Detail),
            _ => throw new TransactionRefusedException("taken_elsewhere", "another instance does this piece of work"),
        };
    }
}
