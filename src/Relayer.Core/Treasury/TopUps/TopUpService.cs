using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;
using Relayer.Core.Treasury.Balances;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>Keeps the signers filled from the council's wallet.</summary>
/// <remarks>
/// Deciding and recording is one database transaction under the wallet's lock, together with the reservation of the transfers' nonces: several
/// instances make one transfer, and a crash leaves either nothing or a transfer that the engine carries out. What it refuses, it says why.
/// </remarks>
public sealed partial class TopUpService
{
    /// <summary>The ledger's name for a transfer to a signer.</summary>
    public const string Purpose = "top_up";

    private readonly Dictionary<ChainId, ChainOptions> _chains;
    private readonly IChainClientFactory _chainClients;
    private readonly ChainEngines _engines;
    private readonly SpendAnomalyGuard _anomalies;
    private readonly ISignerSource _signers;
    private readonly BalanceReader _balances;
    private readonly Reconciliation _reconciliation;
    private readonly TopUpContextReader _situations;
    private readonly TopUpIncidents _reports;
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Connects the parts; does no I/O.</summary>
    public TopUpService(
        RelayerOptions options, IChainClientFactory chains, ChainEngines engines, SpendAnomalyGuard anomalies, ISignerSource signers, BalanceReader balances,
        Reconciliation reconciliation, TopUpContextReader situations, TopUpIncidents reports, Database database, TimeProvider time, ILogger<TopUpService> logger)
    {
        _chains = options.Chains.Values.ToDictionary(chain => new ChainId(chain.ChainId));
        (_engines, _anomalies, _signers, _balances, _situations, _reports) = (engines, anomalies, signers, balances, situations, reports);
        (_chainClients, _reconciliation) = (chains, reconciliation);
        (_database, _time, _logger) = (database, time, logger);
    }

    /// <summary>Looks at a chain's signers once, and fills those that are low.</summary>
    /// <returns>What was sent.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="SignerUnavailableException">A key cannot be had now. What is recorded is carried out later.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable; likewise.</exception>
    public async Task<IReadOnlyList<PlannedTopUp>> RunAsync(ChainId chainId, CancellationToken cancellation)
    {
        var signers = await _signers.GetSignersAsync(chainId, cancellation);
        Address[] addresses = [.. signers.Select(signer => signer.Address)];
        var council = await _signers.GetCouncilAsync(chainId, cancellation);
        var reading = await _balances.ReadAsync(chainId, cancellation);
        if (council is null || reading is null)
        {
            await _reports.TellWithoutCouncilAsync(chainId, addresses, reading, cancellation);
            return [];
        }

        if (addresses.Contains(council.Address))
        {
            await _reports.TellSharedKeyAsync(chainId, council.Address, cancellation);
            return [];
        }

        // First, by the same reading: what another hand has drained is not refilled before a person has looked.
        var books = await _reconciliation.RunAsync(reading, cancellation);
        var chain = _chains[chainId];
        var quote = await _engines.Get(chainId).QuoteAsync((ulong)chain.TopUps.TransferGas, cancellation);
        if (quote.Fees is not { } fees)
        {
            Log.TooDear(_logger, chainId);
            return [];
        }

        await _anomalies.CheckAsync(chainId, chain.TopUps, council.Address, cancellation);
        await _engines.Get(chainId).IntroduceAsync(council.Address, cancellation);
        var view = new TopUpView(chainId, chain.TopUps, council.Address, addresses, reading, CostOf(chainId, chain.TopUps, fees))
        {
            Short = books.Short,
            Codes = await ReadCodesAsync(chainId, addresses, cancellation),
        };
        var (plan, situation, reserved) = await DecideAsync(view, fees, cancellation);
        await _reports.TellAsync(view, plan, situation.Signers, cancellation);
        await SendAsync(chainId, reserved, cancellation);
        return [.. plan.Transfers.Take(reserved.Count)];
    }

    private async Task<(TopUpPlan Plan, TopUpContext Situation, IReadOnlyList<ReservedTransaction> Reserved)> DecideAsync(
        TopUpView view, Ethereum.Tx.TransactionFees fees, CancellationToken cancellation)
    {
        await using var connection = await _database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (situation, history, budget) = await _situations.ReadAsync(connection, view, cancellation);
        var plan = TopUpPlan.For(situation, TopUpRules.From(view.Options));
        if (plan.Transfers.Count == 0)
        {
            return (plan, situation, []);
        }

        TransactionPlan[] transfers = [.. plan.Transfers.Select(transfer => new TransactionPlan(
            Guid.CreateVersion7(_time.GetUtcNow()), Purpose, transfer.Signer, transfer.Amount, (ulong)view.Options.TransferGas, default, fees))];
        var reserved = await _engines.Get(view.ChainId).ReserveFromAsync(connection, view.Council, budget, transfers, cancellation);
        await TopUpStore.AddAsync(
            connection, view.ChainId, view.Council, view.Reading.Block.Number, _time.GetUtcNow(),
            [.. reserved.Zip(plan.Transfers, (item, transfer) => (
                item.Plan.Id, transfer.Signer, (history.GetValueOrDefault(transfer.Signer)?.Ordinal ?? 0) + 1, transfer.Amount, transfer.Deficit))],
            cancellation);
        await transaction.CommitAsync(cancellation);
        foreach (var transfer in plan.Transfers.Take(reserved.Count))
        {
            Log.Decided(_logger, transfer.Amount, transfer.Signer, view.ChainId);
        }

        return (plan, situation, reserved);
    }

    private async Task SendAsync(ChainId chainId, IReadOnlyList<ReservedTransaction> reserved, CancellationToken cancellation)
    {
        var engine = _engines.Get(chainId);
        foreach (var transfer in reserved)
        {
            await engine.SubmitAsync(transfer, cancellation);
        }
    }

    /// <summary>At the newest block, not at the reading's: what runs is what is there when the money comes.</summary>
    private async Task<IReadOnlyDictionary<Address, ReadOnlyMemory<byte>>> ReadCodesAsync(
        ChainId chainId, IReadOnlyList<Address> accounts, CancellationToken cancellation)
    {
        var codes = await _chainClients.Get(chainId).ReadCodeAsync(accounts, BlockRef.Latest, cancellation);
        return accounts.Zip(codes).Where(item => item.Second.Length > 0).DistinctBy(item => item.First).ToDictionary();
    }

    private Wei CostOf(ChainId chainId, TopUpOptions options, Ethereum.Tx.TransactionFees fees)
    {
        var data = _engines.Get(chainId).Data.Of(0);
        return (fees.MaxPrice * ((ulong)options.TransferGas + data.Gas)) + data.Fee;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 610, Level = LogLevel.Information, Message = "Topping up {Signer} on chain {ChainId} with {Amount} wei")]
        public static partial void Decided(ILogger logger, Wei amount, Address signer, ChainId chainId);

        [LoggerMessage(EventId = 611, Level = LogLevel.Warning, Message = "No top-ups on chain {ChainId}: gas costs more than is paid on it at the moment")]
        public static partial void TooDear(ILogger logger, ChainId chainId);
    }
}

/// <summary>What is known before the records are looked at.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Options">The rules.</param>
/// <param name="Council">The council's wallet.</param>
/// <param name="Signers">The signers whose keys are loaded.</param>
/// <param name="Reading">What they hold.</param>
/// <param name="TransferCost">The most that one transfer costs beside its value.</param>
public sealed record TopUpView(
    ChainId ChainId, TopUpOptions Options, Address Council, IReadOnlyList<Address> Signers, BalanceReading Reading, Wei TransferCost)
{
    /// <summary>Those from which money is gone that the records do not explain.</summary>
    public IReadOnlySet<Address> Short { get; init; } = new HashSet<Address>();

    /// <summary>The code of those that have any, as it is now.</summary>
    public IReadOnlyDictionary<Address, ReadOnlyMemory<byte>> Codes { get; init; } = new Dictionary<Address, ReadOnlyMemory<byte>>();
}
