using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Storage;

namespace Relayer.Core.Treasury.Balances;

/// <summary>Reads what the signers and the council's wallet hold, at one block and from every provider, and keeps it.</summary>
/// <param name="options">The chains.</param>
/// <param name="chains">Their providers.</param>
/// <param name="signers">Whose accounts.</param>
/// <param name="database">Where it is kept.</param>
/// <param name="disagreements">Keeps what the providers contradict each other about.</param>
/// <param name="incidents">Told when nothing can be read, the providers disagree, or the wallet's key cannot be had.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said.</param>
public sealed partial class BalanceReader(
    RelayerOptions options, IChainClientFactory chains, ISignerSource signers, Database database, DisagreementLog disagreements, IncidentLog incidents, TimeProvider time,
    ILogger<BalanceReader> logger)
{
    private const string Disputed = "balances_disputed";
    private const string Unread = "balances_unread";
    private const string NoCouncilKey = "council_key_unavailable";

    private readonly Dictionary<ChainId, int> _confirmations =
        options.Chains.Values.ToDictionary(chain => new ChainId(chain.ChainId), chain => chain.Confirmations);

    private readonly Dictionary<ChainId, int> _operators =
        options.Chains.Values.ToDictionary(chain => new ChainId(chain.ChainId), chain => RpcOptions.CountOperators(chain.Rpc));

    /// <summary>The configured chains.</summary>
    public IReadOnlyCollection<ChainId> Chains => _confirmations.Keys;

    /// <summary>Reads a chain's accounts now, and keeps what was read.</summary>
    /// <returns><see langword="null"/> when no provider gives a view: an incident says so.</returns>
    /// <exception cref="Npgsql.NpgsqlException">The database is unavailable.</exception>
    public async Task<BalanceReading?> ReadAsync(ChainId chainId, CancellationToken cancellation)
    {
        var accounts = await AccountsAsync(chainId, cancellation);
        var client = chains.Get(chainId);
        var heads = await client.ReadEachHeadAsync(cancellation);
        var now = time.GetUtcNow();
        var reading = BalanceReading.ChooseBlock(heads, _confirmations[chainId], now) is { } block
            ? BalanceReading.Compare(
                chainId, heads, await client.ReadEachAccountsAsync(block, [.. accounts.Select(account => account.Account)], cancellation), accounts,
                _operators[chainId], now)
            : null;
        if (reading is not null)
        {
            await disagreements.NoteAsync(chainId, reading.Disagreements, cancellation);
            await using var connection = await database.OpenAsync(cancellation);
            await BalanceStore.AddAsync(connection, reading, cancellation);
        }

        await ReportAsync(chainId, reading, cancellation);
        return reading;
    }

    /// <summary>Removes readings that history does not need any more.</summary>
    public async Task ThinAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await BalanceStore.ThinAsync(connection, time.GetUtcNow(), cancellation);
    }

    /// <summary>The signers, the council's wallet, and whoever was one: what they still hold is the council's too.</summary>
    private async Task<IReadOnlyList<(Address Account, AccountRole Role)>> AccountsAsync(ChainId chainId, CancellationToken cancellation)
    {
        var accounts = new List<(Address Account, AccountRole Role)>();
        if (await FindCouncilAsync(chainId, cancellation) is { } council)
        {
            accounts.Add((council, AccountRole.Council));
        }

        try
        {
            accounts.AddRange((await signers.GetSignersAsync(chainId, cancellation)).Select(signer => (signer.Address, AccountRole.Signer)));
        }
        catch (SignerUnavailableException unavailable)
        {
            Log.NoKeys(logger, chainId, unavailable.Message);
        }

        await using var connection = await database.OpenAsync(cancellation);
        accounts.AddRange((await BalanceStore.ReadKnownAsync(connection, chainId, cancellation)).Select(known => (known, AccountRole.Former)));
        return [.. accounts.DistinctBy(account => account.Account)];
    }

    /// <summary>Without its key nobody knows the wallet, and nothing is topped up. That is told while the signers still hold something.</summary>
    private async Task<Address?> FindCouncilAsync(ChainId chainId, CancellationToken cancellation)
    {
        try
        {
            var council = await signers.GetCouncilAsync(chainId, cancellation);
            await incidents.ResolveAsync(IncidentReport.CauseOf(NoCouncilKey, chainId), "The key can be had again.", cancellation);
            return council?.Address;
        }
        catch (SignerUnavailableException unavailable)
        {
            Log.NoKeys(logger, chainId, unavailable.Message);
            await incidents.RaiseAsync(
                new(
                    NoCouncilKey, IncidentSeverity.Critical, chainId, null, $"The key of the council's wallet on chain {chainId} cannot be had",
                    $"Nothing is topped up until it can: {unavailable.Message}."),
                cancellation);
            return null;
        }
    }

    private async Task ReportAsync(ChainId chainId, BalanceReading? reading, CancellationToken cancellation)
    {
        if (reading is null)
        {
            await incidents.RaiseAsync(
                new(Unread, IncidentSeverity.Warning, chainId, null, $"Balances on chain {chainId} cannot be read", "No provider gives a view of them."),
                cancellation);
            return;
        }

        string[] different = [.. reading.Providers.Where(view => view.Status == ProviderStatus.Differs).Select(view => view.Provider)];
        if (different.Length == 0 && reading.Accounts.Any(account => account.State is null))
        {
            await incidents.RaiseAsync(
                new(
                    Unread, IncidentSeverity.Warning, chainId, null, $"Balances on chain {chainId} cannot be believed",
                    $"Fewer than {ProviderAgreement.SizeOf(_operators[chainId])} of {_operators[chainId]} operators of providers give a view of them. Nothing is topped up by it."),
                cancellation);
            return;
        }

        await incidents.ResolveAsync(IncidentReport.CauseOf(Unread, chainId), "The balances are read again.", cancellation);
        if (reading.Agreement != Agreement.Disputed)
        {
            await incidents.ResolveAsync(IncidentReport.CauseOf(Disputed, chainId), "The providers agree again.", cancellation);
            return;
        }

        await incidents.RaiseAsync(
            new(
                Disputed, IncidentSeverity.Critical, chainId, null, $"The providers of chain {chainId} disagree about balances",
                $"At block {reading.Block.Number} {string.Join(", ", different)} did not say the same as {reading.Providers[0].Provider}. "
                + "Whatever they disagree about is not used: nothing is topped up by it."),
            cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 600, Level = LogLevel.Warning, Message = "Balances on chain {ChainId} are read without some accounts: {Reason}")]
        public static partial void NoKeys(ILogger logger, ChainId chainId, string reason);
    }
}
