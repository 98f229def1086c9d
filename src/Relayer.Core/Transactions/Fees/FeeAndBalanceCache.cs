using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Transactions.Fees;

/// <summary>What sending on a chain takes now: the fee market, and what the signers hold. Read at most once in a while.</summary>
/// <remarks>
/// Safe for concurrent use: many callers share one reading. The next one is begun when half of its time is over, so that under
/// load nobody waits for it.
/// </remarks>
internal sealed partial class FeeAndBalanceCache(
    ChainSettings settings, IChainClient chain, ISignerSource signers, Database database, TransactionStore store, TimeProvider time,
    ILogger<FeeAndBalanceCache> logger, ChainClock clock)
{
    /// <summary>So long one signer is first. Some writes long, so that what comes together goes together.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    private readonly DataFeeOracle? _oracle = DataFeeOracle.Of(settings.DataFees);
    private readonly DataPrice _configured = new(settings.DataGas, settings.DataFee) { Percent = settings.DataFeePercent };
    private bool _hasToldSilence;
    private readonly Lock _gate = new();
    private readonly HashSet<Address> _known = [];
    private Task<Snapshot>? _measuring;
    private Snapshot? _last;
    private long _lastAt;
    private bool _isDoubted;

    /// <summary>The present reading, refreshed when it is too old or failed.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="SignerUnavailableException">No signing key can be had.</exception>
    public Task<Snapshot> ReadAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            var age = _last is null || _isDoubted ? TimeSpan.MaxValue : time.GetElapsedTime(_lastAt);
            if (age > settings.ReadingMaxAge / 2 && _measuring is null or { IsCompleted: true })
            {
                // Task.Run: the synchronous part must not run under the lock.
                _measuring = Task.Run(MeasureAsync, CancellationToken.None);
            }

            return age <= settings.ReadingMaxAge ? Task.FromResult(_last!) : _measuring!.WaitAsync(cancellation);
        }
    }

    /// <summary>A node says what the base fee is: where the present reading has less, the next one is waited for.</summary>
    public void NoteBaseFee(Wei baseFee)
    {
        lock (_gate)
        {
            _isDoubted |= _last?.Market.BaseFee < baseFee;
        }
    }

    /// <summary>What signers held when last read. One that was not read yet is left to the node's judgement.</summary>
    public IReadOnlyList<SignerBalance> BalancesOf(IReadOnlyList<Address> addresses)
    {
        var balances = Last?.Balances.ToDictionary(signer => signer.Address, signer => signer.Balance) ?? [];
        return [.. addresses.Select(address => new SignerBalance(address, balances.GetValueOrDefault(address, new Wei(UInt256.MaxValue))))];
    }

    /// <summary>The least tip that nodes said they take.</summary>
    public TipFloor Floor { get; } = new(settings.Fees, time);

    /// <summary>What data costs, as it was last read; what is configured before. It asks nobody.</summary>
    public DataPrice Data => Last?.Data ?? _configured;

    /// <summary>As <see cref="ChainEngine.NextPayer"/>.</summary>
    public Address? NextPayer()
    {
        if (Last is not { Payers: { Length: > 0 } payers })
        {
            return null;
        }

        return payers[(int)(time.GetUtcNow().UtcTicks / Turn.Ticks % payers.Length)];
    }

    private Snapshot? Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    private async Task<Snapshot> MeasureAsync()
    {
        var startedAt = time.GetTimestamp();
        var available = await signers.GetSignersAsync(settings.ChainId, CancellationToken.None);
        Address[] addresses = [.. available.Select(signer => signer.Address).Distinct()];
        var asked = chain.ReadFeeMarketAsync(_oracle?.Calls ?? [], CancellationToken.None);
        var balances = await chain.ReadBalancesAsync(addresses, CancellationToken.None);
        await IntroduceAsync(addresses);
        CrashPoints.Pass(CrashPoints.GaugeRead);
        var uses = await signers.GetUsesAsync(settings.ChainId, CancellationToken.None);
        var (market, outcomes) = await asked;
        if (market.Head is { } head)
        {
            clock.Note(head);
        }

        var reading = new Snapshot(
            market,
            [.. addresses.Zip(balances, (address, balance) => new SignerBalance(address, balance))],
            Price(market, outcomes),
            uses,
            await TryReadStandingsAsync());
        lock (_gate)
        {
            (_last, _lastAt, _isDoubted) = (reading, startedAt, false);
        }

        return reading;
    }

    /// <summary>Where the chain does not answer, what it said last still counts.</summary>
    private DataPrice Price(FeeMarket market, IReadOnlyList<CallOutcome> outcomes)
    {
        var rate = _oracle?.Read(outcomes);
        if (_oracle is not null && rate is null && !_hasToldSilence)
        {
            Log.NoDataFees(logger, settings.ChainId, settings.DataFees, outcomes[0]);
        }

        _hasToldSilence = rate is null;
        return _configured with
        {
            Rate = rate ?? Last?.Data.Rate,
            GasPrice = market.BaseFee is { } baseFee ? baseFee + market.PriorityFee : market.GasPrice,
        };
    }

    /// <summary>Which signers are paused, and how much each has under way. Where the records cannot be read, all are alike.</summary>
    private async Task<IReadOnlyDictionary<Address, SignerStatus>> TryReadStandingsAsync()
    {
        try
        {
            await using var connection = await database.OpenAsync(CancellationToken.None);
            return (await SignerStore.ReadAsync(connection, settings.ChainId, only: null, CancellationToken.None)).ToDictionary(signer => signer.Address);
        }
        catch (NpgsqlException)
        {
            return new Dictionary<Address, SignerStatus>();
        }
    }

    /// <summary>A signer seen for the first time starts at the chain's nonce, not at zero.</summary>
    private async Task IntroduceAsync(Address[] addresses)
    {
        Address[] fresh = [.. addresses.Where(address => !_known.Contains(address))];
        if (fresh.Length == 0)
        {
            return;
        }

        var nonces = await chain.ReadNoncesAsync(fresh, CancellationToken.None);
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await store.SyncSignersAsync(connection, settings.ChainId, [.. fresh.Zip(nonces)], CancellationToken.None);
        _known.UnionWith(fresh);
    }

    /// <summary>What was measured.</summary>
    /// <param name="Market">What block space costs.</param>
    /// <param name="Balances">The signers and what they hold.</param>
    /// <param name="Data">What data costs.</param>
    /// <param name="Uses">Signers that are for one thing only.</param>
    /// <param name="Standings">How they stand, as far as that is known.</param>
    internal sealed record Snapshot(
        FeeMarket Market, IReadOnlyList<SignerBalance> Balances, DataPrice Data, IReadOnlyDictionary<Address, SignerUse> Uses,
        IReadOnlyDictionary<Address, SignerStatus> Standings)
    {
        /// <summary>So many more under way than the least loaded one has are nothing to avoid a signer for.</summary>
        private const long Slack = 8;

        /// <summary>The signers that take turns with relays: not those that are paused, nor one that is stuck and has far more under way than the others.</summary>
        public Address[] Payers { get; } = Choose([.. Balances.Select(signer => signer.Address).Where(address => IsFor(Uses, address, SignerUse.Relays))], Standings);

        private static Address[] Choose(Address[] signers, IReadOnlyDictionary<Address, SignerStatus> standings)
        {
            Address[] awake = [.. signers.Where(signer => standings.GetValueOrDefault(signer) is not { Pause: not null })];
            var least = awake.Select(signer => (long)(standings.GetValueOrDefault(signer)?.InFlight ?? 0)).DefaultIfEmpty().Min();
            return [.. awake.Where(signer => (standings.GetValueOrDefault(signer)?.InFlight ?? 0) <= (least * 2) + Slack)];
        }

        /// <summary>The signers that can pay for this much gas, and for the data beside.</summary>
        public IReadOnlyList<Address> AbleToPay(TransactionFees? fees, ulong gas, Wei dataFee, SignerUse use) => fees is null
            ? []
            : [.. Balances.Where(signer => signer.Balance >= (fees.MaxPrice * gas) + dataFee).Select(signer => signer.Address).Where(address => IsFor(Uses, address, use))];

        private static bool IsFor(IReadOnlyDictionary<Address, SignerUse> uses, Address signer, SignerUse use) =>
            use == SignerUse.Both || uses.GetValueOrDefault(signer, SignerUse.Both) is var own && (own == SignerUse.Both || own == use);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 226, Level = LogLevel.Warning, Message = "Chain {ChainId} does not say what data costs as Fees:DataFees = {Kind} expects ({Outcome}): what it said last is used, or what is configured")]
        public static partial void NoDataFees(ILogger logger, ChainId chainId, string kind, CallOutcome outcome);
    }
}
