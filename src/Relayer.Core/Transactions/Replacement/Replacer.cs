using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Transactions.Replacement;

/// <summary>Replaces what blocks pass over, payload and noop alike, on the chain's schedule and up to its caps.</summary>
/// <remarks>
/// Of each signer only the transaction at the chain's own nonce is replaced. Those behind it cannot be mined before it whatever they offer,
/// most are mined at their price once it is gone, and replacing all of them would cost dearly in tips, signatures and bandwidth just when
/// gas is expensive. For one caller at a time in each instance; several instances make one attempt between them (<see cref="Submitter"/>).
/// </remarks>
internal sealed partial class Replacer(
    ChainSettings settings, FeeAndBalanceCache cache, IChainClient chain, Submitter submitter, Database database, TimeProvider time, ILogger<Replacer> logger)
{
    private const int Remembered = 4_096;

    // The head at which an attempt was first seen in front. Forgotten at a restart, which costs a block's time.
    private readonly Dictionary<(Guid Id, int Number), long> _firstSeen = [];

    // Until when the chain was behind: what it did not mine then says nothing of what was offered.
    private DateTimeOffset _heldUntil;

    /// <summary>Replaces what is due among these. While the chain stands still, and until it has caught up, nothing is: no price makes it mine.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task BumpAsync(IReadOnlyList<OpenTransaction> open, long head, ChainStanding standing, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (standing.IsBehind)
        {
            _heldUntil = now;
            _firstSeen.Clear();
            return;
        }

        OpenTransaction[] front = [.. open.Where(item => item.IsInFlight)
            .GroupBy(item => item.Reserved.Signer).Select(group => group.MinBy(item => item.Reserved.Nonce)!)];
        Remember(front, head);

        // What nodes said they do not take waits for nothing.
        OpenTransaction[] due = [.. front.Where(item => settings.Bumps.IsDue(item, now, _heldUntil) || IsRefused(item))];
        if (due.Length == 0)
        {
            return;
        }

        Address[] signers = [.. due.Select(item => item.Reserved.Signer)];
        var market = chain.ReadFeeMarketAsync(cancellation);
        var balances = chain.ReadBalancesAsync(signers, cancellation);
        var nonces = chain.ReadNoncesAsync(signers, cancellation);
        await Task.WhenAll(market, balances, nonces);
        for (var i = 0; i < due.Length; i++)
        {
            // Below: mined, its receipt is on the way. Above: another page has what holds it up.
            if ((await nonces)[i] == due[i].Reserved.Nonce)
            {
                var isPassedOver = IsRefused(due[i]) || _firstSeen.GetValueOrDefault((due[i].Id, due[i].Attempts.Count), head) < head;
                var data = cache.Data.Of(due[i].IsClosing ? 0 : due[i].Reserved.Plan.Data.Length);
                var bump = FeeBump.Decide(due[i], isPassedOver, await market, (await balances)[i], settings.With(data) with { Fees = cache.Floor.Limits });
                await CarryOutAsync(due[i], bump, cancellation);
            }
        }
    }

    /// <summary>Replaces one at once, whatever the schedule says, with what being mined soon costs.</summary>
    /// <returns>The new attempt and its fees, or no fees at the cap or beyond the budget; no attempt either when somebody else was faster.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="SignerUnavailableException">The key cannot be had now.</exception>
    public async Task<(TransactionFees? Fees, Attempt? Attempt)> ReplaceNowAsync(
        OpenTransaction transaction, CancelReason? closing, CancellationToken cancellation)
    {
        var limits = transaction.Reserved.Plan.LimitsOf(settings.With(cache.Data.Of(0)) with { Fees = cache.Floor.Limits }, transaction.IsClosing || closing is not null);
        var market = FeePlan.For(await chain.ReadFeeMarketAsync(cancellation), limits, Speed.Fast);
        var fees = FeePlan.Bump(transaction.Reserved.Plan.Fees, market, limits);

        // At the cap a noop cannot replace a payload that a node holds; where none does, the same fees will do.
        try
        {
            var attempt = fees is not null || closing is not null
                ? await submitter.ReplaceAsync(transaction, fees ?? transaction.Reserved.Plan.Fees, closing, cancellation)
                : null;
            return (fees, attempt);
        }
        catch (BudgetSpentException)
        {
            await SayBudgetSpentAsync(transaction, cancellation);
            return (null, null);
        }
    }

    private bool IsRefused(OpenTransaction transaction) => transaction is { IsInFlight: true, CappedAt: null } && cache.Floor.IsAbove(transaction.Reserved.Plan.Fees);

    private async Task CarryOutAsync(OpenTransaction transaction, FeeBump bump, CancellationToken cancellation)
    {
        try
        {
            switch (bump)
            {
                case FeeBump.Offer offer when await submitter.ReplaceAsync(transaction, offer.Fees, null, cancellation) is { } attempt:
                    Log.Replaced(logger, transaction.Id, settings.ChainId, transaction.Reserved.Nonce, attempt.Number, offer.Fees);
                    break;
                case FeeBump.AtCap when await IsNewsAsync(transaction, cancellation):
                    RelayerMetrics.TransactionsAtCap.Add(
                        1, new("chain", settings.ChainId.Value), new("purpose", transaction.Reserved.Plan.Purpose));
                    Log.AtCap(logger, transaction.Id, settings.ChainId, transaction.Reserved.Nonce, transaction.Reserved.Plan.Fees);
                    break;
                case FeeBump.Unaffordable when await IsNewsAsync(transaction, cancellation):
                    Log.Unaffordable(logger, transaction.Id, settings.ChainId, transaction.Reserved.Signer);
                    break;
            }
        }
        catch (SignerUnavailableException unavailable)
        {
            Log.NoKey(logger, transaction.Id, settings.ChainId, unavailable.Message);
        }
        catch (BudgetSpentException)
        {
            await SayBudgetSpentAsync(transaction, cancellation);
        }
    }

    /// <summary>It goes on when the next hour or day begins, or what else is under way has cost less than it might have.</summary>
    private async Task SayBudgetSpentAsync(OpenTransaction transaction, CancellationToken cancellation)
    {
        if (await IsNewsAsync(transaction, cancellation))
        {
            Log.BudgetSpent(logger, transaction.Id, settings.ChainId, transaction.Reserved.Nonce);
        }
    }

    /// <summary>Said once for each time it comes to stand there, by whichever instance is first.</summary>
    private async Task<bool> IsNewsAsync(OpenTransaction transaction, CancellationToken cancellation)
    {
        if (transaction.CappedAt is not null)
        {
            return false;
        }

        await using var connection = await database.OpenAsync(cancellation);
        return await ReplacementSql.MarkCapped(settings.ChainId, transaction.Id, time.GetUtcNow()).RunAsync(connection, cancellation) > 0;
    }

    private void Remember(OpenTransaction[] front, long head)
    {
        if (_firstSeen.Count > Remembered)
        {
            _firstSeen.Clear();
        }

        foreach (var transaction in front.Where(item => item.Attempts.Count > 0))
        {
            _firstSeen.TryAdd((transaction.Id, transaction.Attempts.Count), head);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 230, Level = LogLevel.Information, Message = "Transaction {Id} on chain {ChainId} at nonce {Nonce} is replaced: attempt {Number} offers {Fees}")]
        public static partial void Replaced(ILogger logger, Guid id, ChainId chainId, ulong nonce, int number, TransactionFees fees);

        [LoggerMessage(EventId = 231, Level = LogLevel.Warning, Message = "Transaction {Id} on chain {ChainId} is stuck at nonce {Nonce}: fee cap {Fees} reached. Raise Fees__MaxFeePerGasWei or __MaxPriorityFeePerGasWei, or wait for the base fee to fall")]
        public static partial void AtCap(ILogger logger, Guid id, ChainId chainId, ulong nonce, TransactionFees fees);

        [LoggerMessage(EventId = 232, Level = LogLevel.Warning, Message = "Transaction {Id} on chain {ChainId} should be replaced, but {Signer} cannot pay for it: fund it")]
        public static partial void Unaffordable(ILogger logger, Guid id, ChainId chainId, Address signer);

        [LoggerMessage(EventId = 234, Level = LogLevel.Warning, Message = "Transaction {Id} on chain {ChainId} at nonce {Nonce} should be replaced, but the budget has no room for it. It is tried again until it has: the next hour or day begins, or raise Budgets__*")]
        public static partial void BudgetSpent(ILogger logger, Guid id, ChainId chainId, ulong nonce);

        [LoggerMessage(EventId = 233, Level = LogLevel.Error, Message = "Transaction {Id} on chain {ChainId} cannot be replaced: its signing key is unavailable: {Reason}")]
        public static partial void NoKey(ILogger logger, Guid id, ChainId chainId, string reason);
    }
}
