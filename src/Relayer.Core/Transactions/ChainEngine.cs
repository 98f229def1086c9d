using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Confirmation;
using Relayer.Core.Transactions.Fees;
using Relayer.Core.Transactions.Nonces;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;
using Relayer.Core.Transactions.Sending;
using Relayer.Core.Transactions.Signers;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Transactions;

/// <summary>Everything that spends gas on one chain goes through here: relays, keepers and top-ups alike.</summary>
/// <remarks>
/// Order of work: <see cref="QuoteAsync(ulong, CancellationToken)"/> → <see cref="ReserveAsync"/> inside the feature's own database
/// transaction, beside its record → commit → <see cref="SubmitAsync"/>. From the commit on, the transaction is carried out whatever happens
/// to this process.
/// </remarks>
public sealed class ChainEngine
{
    /// <summary>Open transactions looked after in one pass.</summary>
    private const int PassSize = 1_000;

    private readonly FeeAndBalanceCache _cache;
    private readonly NonceFloor _floor;
    private readonly TransactionStore _store;
    private readonly ConfirmedBlocks _confirmed;
    private readonly Submitter _submitter;
    private readonly Interventions _interventions;
    private readonly SignerPool _pool;
    private readonly Corrector _corrector;
    private readonly StageHealth _health;
    private readonly ChainClock _clock;
    private readonly WatchIncidents _incidents;
    private readonly SerialRunner<int> _passes;
    private readonly ConfirmationLoop _watch;

    internal ChainEngine(
        ChainSettings settings, IChainClient chain, FeeAndBalanceCache cache, NonceFloor floor, TransactionStore store, ConfirmedBlocks confirmed, Submitter submitter,
        Interventions interventions, Confirmer confirmer, Corrector corrector, SignerPool pool, StageHealth health, ChainClock clock, WatchIncidents incidents,
        IEnumerable<ITransactionHandler> purposes, TimeProvider time, ILogger<ChainEngine> logger, StorageTrouble? trouble = null)
    {
        Settings = settings;
        (_cache, _floor, _store, _confirmed, _submitter, _interventions) = (cache, floor, store, confirmed, submitter, interventions);
        (_pool, _corrector, _health, _clock, _incidents) = (pool, corrector, health, clock, incidents);
        _passes = new SerialRunner<int>(() => PassAsync(confirmer, [.. purposes]));
        var news = new BlockNews(chain, _passes.RunAsync, PassSize, time);
        _watch = new ConfirmationLoop(settings.ChainId, news.RunAsync, time, logger, trouble);
    }

    /// <summary>The chain's settings.</summary>
    public ChainSettings Settings { get; }

    /// <summary>What data costs now, as it was last read; it asks nobody.</summary>
    public DataPrice Data => _cache.Data;

    /// <summary>Whether the chain makes blocks, as far as it was looked at of late; it asks nobody.</summary>
    public ChainStanding Standing => _clock.Standing;

    /// <summary>Whether the chain makes blocks, by a look that is some seconds old at most.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers: then it is not known.</exception>
    public Task<ChainStanding> LookAtStandingAsync(CancellationToken cancellation) => _clock.LookAsync(cancellation);

    /// <summary>What sending this much gas takes now, at the chain's own speed.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="Keys.SignerUnavailableException">No signing key can be had.</exception>
    public Task<Quote> QuoteAsync(ulong gas, CancellationToken cancellation) => QuoteAsync(gas, Settings.Speed, cancellation);

    /// <summary>The same with so much calldata, of the signers of one use.</summary>
    public Task<Quote> QuoteAsync(ulong gas, int dataBytes, SignerUse use, CancellationToken cancellation) =>
        QuoteAsync(gas, dataBytes, Settings.Speed, use, cancellation);

    /// <summary>The same at a speed of the caller's choice. A plan that names it too is replaced at that speed later.</summary>
    public Task<Quote> QuoteAsync(ulong gas, Speed speed, CancellationToken cancellation) => QuoteAsync(gas, dataBytes: 0, speed, SignerUse.Both, cancellation);

    private async Task<Quote> QuoteAsync(ulong gas, int dataBytes, Speed speed, SignerUse use, CancellationToken cancellation)
    {
        var reading = await _cache.ReadAsync(cancellation);
        var fees = FeePlan.For(reading.Market, _cache.Floor.Limits, speed);
        var data = reading.Data.Of(dataBytes);
        return new Quote(fees, reading.AbleToPay(fees, Add(gas, data.Gas), data.Fee, use))
        {
            Data = reading.Data,
            TipAboveCap = fees is null ? _cache.Floor.AboveCap : null,
            ExpectedPrice = fees is null ? Wei.Zero : FeePlan.Expect(reading.Market, fees),
        };
    }

    /// <summary>
    /// The signer whose turn it is to carry relays: the same for all who ask within a moment, so that they share transactions, then the next.
    /// It asks nobody; <see langword="null"/> before the first reading.
    /// </summary>
    public Address? NextPayer() => _cache.NextPayer();

    /// <summary>
    /// Takes a nonce for each plan and records it, in the transaction of <paramref name="connection"/>. Gives fewer than asked,
    /// from the front, when the chosen signer has no more room or money, and none when no signer has any: then ask again, or refuse.
    /// </summary>
    /// <remarks>The signers stay locked until that transaction ends: keep it short.</remarks>
    public Task<IReadOnlyList<ReservedTransaction>> ReserveAsync(
        NpgsqlConnection connection, IReadOnlyList<Address> signers, IReadOnlyList<TransactionPlan> plans, CancellationToken cancellation)
    {
        var price = _cache.Data;
        return _store.ReserveAsync(
            connection, Settings.ChainId, _cache.BalancesOf(signers), Settings.MaxInFlight, WithData(plans, price), cancellation, price.Reserve);
    }

    /// <summary>The same with one account of the caller's choice, of which no more than <paramref name="budget"/> is spent, in wei.</summary>
    internal Task<IReadOnlyList<ReservedTransaction>> ReserveFromAsync(
        NpgsqlConnection connection, Address account, Wei budget, IReadOnlyList<TransactionPlan> plans, CancellationToken cancellation)
    {
        var price = _cache.Data;
        return _store.ReserveAsync(
            connection, Settings.ChainId, [new SignerBalance(account, budget)], Settings.MaxInFlight, WithData(plans, price), cancellation, price.Reserve);
    }

    /// <summary>Makes an account known before the first reservation from it, at the nonce that the chain has for it. Known ones are left as they are.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    internal Task IntroduceAsync(Address account, CancellationToken cancellation) => _floor.IntroduceAsync(account, cancellation);

    /// <summary>The same as statements at the front of a batch of the caller's own, which then needs no transaction around it.</summary>
    /// <param name="signers">Who may send them.</param>
    /// <param name="plans">What to send.</param>
    /// <param name="maxInFlight">How many transactions of one signer may be under way with them.</param>
    public Reservation Reserve(IReadOnlyList<Address> signers, IReadOnlyList<TransactionPlan> plans, int maxInFlight)
    {
        var price = _cache.Data;
        return _store.Reserve(Settings.ChainId, _cache.BalancesOf(signers), maxInFlight, WithData(plans, price), price.Reserve);
    }

    /// <summary>Signs, stores and broadcasts a committed reservation, and starts watching for its receipt.</summary>
    /// <returns>The transaction hash, and whether a node has it yet.</returns>
    /// <exception cref="Keys.SignerUnavailableException">The key cannot be had now. The reservation is carried out later.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable. Likewise.</exception>
    public async Task<Submission> SubmitAsync(ReservedTransaction reserved, CancellationToken cancellation)
    {
        try
        {
            return await _submitter.SubmitAsync(reserved, cancellation);
        }
        finally
        {
            _watch.Wake();
        }
    }

    /// <summary>True when this instance has seen a node take the transaction, even where the record does not say so yet.</summary>
    internal bool IsTaken(Hash32 hash) => _submitter.IsTaken(hash);

    /// <summary>
    /// Replaces a transaction at once, with what being mined soon costs. Asked again within seconds it answers with the same attempt.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider answers; nothing was done.</exception>
    /// <exception cref="Keys.SignerUnavailableException">The key cannot be had now; nothing was done.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<ReplacementOutcome> SpeedUpAsync(Guid id, CancellationToken cancellation)
    {
        var outcome = await _interventions.SpeedUpAsync(id, cancellation);
        _watch.Wake();
        return outcome;
    }

    /// <summary>
    /// Gives a transaction's nonce to a noop. The wish is on record before anything is sent: from then on it is carried out whatever
    /// happens to this process. A block may still be faster with the payload; the ledger tells.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is unavailable; whether the wish was recorded is not known: ask again.</exception>
    public async Task<ReplacementOutcome> CancelAsync(Guid id, CancellationToken cancellation)
    {
        var outcome = await _interventions.CancelAsync(id, cancellation);
        _watch.Wake();
        return outcome;
    }

    /// <summary>One pass over the open transactions and the signers' nonces; what the timer function calls. Each stage runs though another failed.</summary>
    /// <returns>Open transactions looked at.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<int> ConfirmAsync(CancellationToken cancellation)
    {
        var (pass, count) = (_health.Begin(), 0);
        await pass.RunAsync(WatchStage.Nonces, async () =>
        {
            await _confirmed.LearnAsync(cancellation);
            await _floor.KeepAsync(cancellation);
        });
        await pass.RunAsync(() => _clock.LookAsync(cancellation));
        await pass.RunAsync(async () => count = await _passes.RunAsync().WaitAsync(cancellation));
        await pass.RunAsync(WatchStage.Correct, () => _corrector.LookAsync(cancellation));
        await pass.RunAsync(() => _pool.LookAsync(cancellation));
        await _incidents.SettleAsync(cancellation);
        pass.End();
        return count;
    }

    /// <summary>
    /// Learns up to which block transactions are confirmed, by whichever instance: from then on nothing is believed that a node says from before it. Whoever asks
    /// the chain whether there is something to do calls it first, so as not to be told of what was just done.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task LearnConfirmedAsync(CancellationToken cancellation) => _confirmed.LearnAsync(cancellation);

    /// <summary>Stages of the watch that have not succeeded for a while in this instance.</summary>
    public IReadOnlyList<StalledStage> FindStalled() => _health.FindStalled();

    /// <summary>How the signers stand: those whose keys are available, and all that were ever used on this chain.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public Task<IReadOnlyList<SignerStatus>> ListSignersAsync(CancellationToken cancellation) => _pool.ListAsync(cancellation);

    /// <summary>An operator pauses a signer: it takes nothing new until an operator resumes it; what it has in flight goes on. Audited.</summary>
    /// <returns><see langword="null"/> when this chain has no such signer.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: ask again.</exception>
    public Task<SignerChange?> PauseSignerAsync(Address signer, Instruction instruction, CancellationToken cancellation) =>
        _pool.ChangeAsync(signer, pause: true, instruction, cancellation);

    /// <summary>
    /// An operator lets a signer take transactions again, whatever paused it. One that still cannot pay or still fails is soon paused again. Audited.
    /// </summary>
    /// <returns><see langword="null"/> when this chain has no such signer.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: ask again.</exception>
    public Task<SignerChange?> ResumeSignerAsync(Address signer, Instruction instruction, CancellationToken cancellation) =>
        _pool.ChangeAsync(signer, pause: false, instruction, cancellation);

    /// <summary>The plans with the gas for their data on top.</summary>
    private static IReadOnlyList<TransactionPlan> WithData(IReadOnlyList<TransactionPlan> plans, DataPrice price) =>
        [.. plans.Select(plan => (plan.DataCost ?? price.Of(plan.Data.Length)).Gas is > 0 and var gas ? plan with { GasLimit = Add(plan.GasLimit, gas) } : plan)];

    private static ulong Add(ulong gas, ulong dataGas) => gas > ulong.MaxValue - dataGas ? ulong.MaxValue : gas + dataGas;

    /// <summary>What is open first; then what features have left that wants a transaction.</summary>
    private async Task<int> PassAsync(Confirmer confirmer, IReadOnlyList<ITransactionHandler> purposes)
    {
        var pass = _health.Begin();
        var count = await confirmer.RunAsync(PassSize, pass, CancellationToken.None);
        foreach (var purpose in purposes)
        {
            await pass.RunAsync(WatchStage.Requeue, async () => count += await purpose.CarryOnAsync(this, CancellationToken.None));
        }

        await pass.RunAsync(WatchStage.Signers, () => _pool.SettleAsync(CancellationToken.None));
        await _incidents.LookAsync(CancellationToken.None);
        pass.End();
        return count;
    }

    /// <summary>Ends the watching; what is open is left to the timer, here or elsewhere.</summary>
    internal Task StopAsync() => _watch.StopAsync();
}

/// <summary>What sending takes now.</summary>
/// <param name="Fees">What to offer; <see langword="null"/> while even the base fee, or the least tip, is above the chain's cap.</param>
/// <param name="Signers">Accounts that can pay for it.</param>
public sealed record Quote(Ethereum.Tx.TransactionFees? Fees, IReadOnlyList<Address> Signers)
{
    /// <summary>What data costs.</summary>
    public DataPrice Data { get; init; } = DataPrice.Free;

    /// <summary>What a gas is expected to cost in the next block, in wei: at most what <see cref="Fees"/> offer.</summary>
    public Wei ExpectedPrice { get; init; }

    /// <summary>The tip that the chain's nodes want, where that is why nothing can be offered.</summary>
    public Wei? TipAboveCap { get; init; }
}
