using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Keys;
using Relayer.Core.Nethereum;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Transactions;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Sends for a keeper outside of its runs: within its budget, on record, but for no piece of work.</summary>
/// <param name="registry">Whose budgets there are.</param>
/// <param name="engines">The engines.</param>
/// <param name="chains">To simulate with.</param>
/// <param name="store">The breakers.</param>
/// <param name="sender">Hands it to the engine.</param>
/// <param name="pauses">What operators stopped.</param>
internal sealed class KeeperOutlet(
    KeeperRegistry registry, ChainEngines engines, IChainClientFactory chains, KeeperStore store, KeeperSender sender, Pauses pauses) : ITransactionOutlet
{
    public async Task<SentTransaction> SendAsync(ChainId chainId, string purpose, OutgoingCall call, CancellationToken cancellation)
    {
        var limits = registry.Find(purpose, chainId, purpose)
            ?? throw new TransactionRefusedException("not_configured", $"no keeper {purpose} with a budget of its own is configured on chain {chainId}");
        await RequireAllowedAsync(chainId, purpose, limits, cancellation);
        var engine = engines.Get(chainId);
        var quote = await engine.QuoteAsync(call.GasLimit, 0, SignerUse.Keepers, cancellation);
        if (engine.Standing is { IsBehind: true } standing)
        {
            throw new TransactionRefusedException(KeeperReasons.ChainStalled, standing.ToString());
        }

        Address[] signers = [.. quote.Signers.Where(signer => limits.Signers.Count == 0 || limits.Signers.Contains(signer))];
        if (quote.Fees is null || signers.Length == 0)
        {
            throw new TransactionRefusedException(quote.Fees is null ? KeeperReasons.FeeAboveCap : KeeperReasons.SignersExhausted, null);
        }

        await Simulation.RequireAsync(chains.Get(chainId), signers[0], call, cancellation);
        var action = new KeeperAction([], call.To, call.Value, call.GasLimit, call.Data, null, Wei.Zero);
        return await sender.SendAsync(engine, purpose, limits, action, quote, signers, cancellation) switch
        {
            SendResult.Sent { Hash: { } hash } sent => new SentTransaction(sent.TransactionId, hash),
            SendResult.Refused refused => throw new TransactionRefusedException(refused.Reason, refused.Detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task RequireAllowedAsync(ChainId chainId, string purpose, KeeperLimits limits, CancellationToken cancellation)
    {
        if (limits.IsDryRun)
        {
            throw new TransactionRefusedException(KeeperReasons.DryRun, null);
        }

        if (await pauses.FindAsync(PauseScope.Keeper(purpose), cancellation) is not null)
        {
            throw new TransactionRefusedException("paused", $"an operator paused {purpose}");
        }

        if ((await store.ReadBreakersAsync(purpose, chainId, cancellation)).TryGetValue(limits.Lane, out var until))
        {
            throw new TransactionRefusedException(KeeperReasons.BreakerOpen, $"until {until:u}");
        }
    }
}
