using System.Numerics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Treasury.Deposits;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Balances;

/// <summary>Holds the ledger against the chain: balance now = balance then + deposits + top-ups - fees - values, to the wei.</summary>
/// <remarks>
/// An account's nonce at a block says exactly which of its transactions are in it, so nothing is compared before all of those are final in
/// the records. What the records do not explain is looked for in the blocks: what others paid becomes a deposit, the rest an incident. What a
/// silent provider may explain is waited for, for an hour.
/// </remarks>
/// <param name="options">Who may pay.</param>
/// <param name="chains">The chains.</param>
/// <param name="engines">What a transaction's data may cost there.</param>
/// <param name="database">The records.</param>
/// <param name="incidents">Where a difference is told.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is said.</param>
public sealed partial class Reconciliation(
    RelayerOptions options, IChainClientFactory chains, ChainEngines engines, Database database, IncidentLog incidents, TimeProvider time,
    ILogger<Reconciliation> logger)
{
    private const string Gain = "unexplained_gain";
    private const string Restarted = "books_restarted";

    /// <summary>So long blocks that nobody shows are waited for; what is older may be gone from all nodes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly Dictionary<ChainId, Address[]> _payers =
        options.Chains.Values.ToDictionary(chain => new ChainId(chain.ChainId), chain => chain.TopUps.Payers.ToArray());

    /// <summary>Takes every account's books as far as a reading goes.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Whose books are exact up to it, and whose money is gone without an explanation, which is told once all that the chain has is final.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<ReconciliationResult> RunAsync(BalanceReading reading, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        var marks = await ReconciliationStore.LoadAsync(connection, reading.ChainId, cancellation);
        var council = reading.Accounts.FirstOrDefault(account => account.Role == AccountRole.Council);
        var (exact, isShort) = (new HashSet<Address>(), new HashSet<Address>());
        foreach (var account in reading.Accounts)
        {
            if (account.State is not { } state)
            {
                continue;
            }

            var now = new ReconciliationCheckpoint(reading.Block.Number, reading.Block.Hash, state.Balance, state.Nonce);
            if (!marks.TryGetValue(account.Account, out var then))
            {
                await ReconciliationStore.OpenAsync(connection, reading.ChainId, account.Account, now, time.GetUtcNow(), cancellation);
            }
            else if (then.Block < now.Block)
            {
                var standing = await CompareAsync(
                    connection, reading.ChainId, account.Account, then, now, (council?.Account ?? default, council?.State?.Nonce ?? 0), cancellation);
                (standing switch { Books.Exact => exact, Books.Short => isShort, _ => null })?.Add(account.Account);
            }
        }

        return new ReconciliationResult(exact, isShort);
    }

    private async Task<Books> CompareAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint then, ReconciliationCheckpoint now, (Address Address, ulong Nonce) council,
        CancellationToken cancellation)
    {
        if (!await IsCanonicalAsync(chainId, then, cancellation))
        {
            await RestartAsync(connection, chainId, account, then, now, cancellation);
            return Books.Open;
        }

        var ledger = now.Nonce >= then.Nonce
            ? await ReconciliationStore.ReadLedgerAsync(connection, chainId, account, then, now, council, engines.Get(chainId).Data.Reserve, cancellation)
            : null;
        if (ledger is null or { IsIncomplete: true })
        {
            // The confirmer has not come so far, or a provider went back: the next reading will do.
            return ledger is not null && ledger.IsShort(then, now) ? Books.Short : Books.Open;
        }

        if (ledger.Unexplained(then, now).IsZero && ledger.Foreign(then, now) == 0)
        {
            return await ReconciliationStore.AdvanceAsync(connection, chainId, account, then, now, time.GetUtcNow(), cancellation) ? Books.Exact : Books.Open;
        }

        await TellAsync(connection, chainId, account, then, now, council.Address, cancellation);
        return Books.Open;
    }

    /// <summary>Deposits, incidents and the books' new mark in one transaction: whoever comes second finds it done.</summary>
    private async Task TellAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint then, ReconciliationCheckpoint now, Address council, CancellationToken cancellation)
    {
        var (client, found) = (chains.Get(chainId), new List<(Difference Difference, IReadOnlyList<FoundDeposit> Deposits)>());
        var search = new DepositSearch(client, connection, account, _payers.GetValueOrDefault(chainId, []));
        var differences = await new Differences(client, connection, account, council).FindAsync(then, now, cancellation);
        var mayWait = differences.All(difference => difference is { Amount.Sign: >= 0, Foreign: 0 }); // A loss is told at once.
        foreach (var difference in differences)
        {
            if (await ExplainAsync(client, search, difference, mayWait, cancellation) is not { } deposits)
            {
                Log.Waits(logger, account, chainId, difference.Amount, difference.FirstBlock, difference.LastBlock);
                return;
            }

            found.Add((difference, deposits));
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await ReconciliationStore.AdvanceAsync(connection, chainId, account, then, now, time.GetUtcNow(), cancellation))
        {
            return;
        }

        foreach (var (difference, deposits) in found)
        {
            foreach (var deposit in deposits)
            {
                await ReconciliationStore.AddDepositAsync(connection, chainId, account, deposit, time.GetUtcNow(), cancellation);
                Log.Deposited(logger, account, chainId, deposit.Amount, deposit.FirstBlock, deposit.Sender, deposit.Evidence);
            }

            var rest = difference.Amount - FoundDeposit.Sum(deposits);
            if (!rest.IsZero || difference.Foreign != 0)
            {
                // Money of which nothing says who paid it: a deposit too, but one that a person should know.
                if (rest.Sign > 0)
                {
                    await ReconciliationStore.AddDepositAsync(
                        connection, chainId, account, new FoundDeposit(rest, difference.FirstBlock, difference.LastBlock, null, null, DepositEvidence.None),
                        time.GetUtcNow(), cancellation);
                }

                await incidents.RaiseAsync(connection, Report(chainId, account, difference, rest), cancellation);
                Log.Different(logger, account, chainId, rest, difference.Foreign, difference.FirstBlock, difference.LastBlock);
            }
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>What nobody shows now is waited for, if it is young: silence would make an incident of an ordinary payment.</summary>
    /// <returns><see langword="null"/> to wait: the account's books stay where they are until the next reading.</returns>
    private async Task<IReadOnlyList<FoundDeposit>?> ExplainAsync(
        IChainClient client, DepositSearch search, Difference difference, bool mayWait, CancellationToken cancellation)
    {
        try
        {
            return await search.ExplainAsync(difference, cancellation);
        }
        catch (ChainUnavailableException)
        {
            return mayWait && !await IsOldAsync(client, difference.LastBlock, cancellation)
                ? null
                : await search.ExplainAtLastAsync(difference, cancellation);
        }
    }

    private async Task<bool> IsOldAsync(IChainClient client, long block, CancellationToken cancellation)
    {
        try
        {
            return time.GetUtcNow() - (await client.ReadAccountsAsync(block, [], cancellation)).Block.Timestamp > Patience;
        }
        catch (ChainUnavailableException)
        {
            return false;
        }
    }

    private async Task RestartAsync(
        NpgsqlConnection connection, ChainId chainId, Address account, ReconciliationCheckpoint then, ReconciliationCheckpoint now, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await ReconciliationStore.RestartAsync(connection, chainId, account, then, now, time.GetUtcNow(), cancellation))
        {
            await incidents.RaiseAsync(
                connection,
                new(
                    Restarted, IncidentSeverity.Warning, chainId, account, $"The books of {account} on chain {chainId} begin anew",
                    $"Block {then.Block}, up to which its balance was explained, is not on the chain any more: a reorganisation deeper than "
                    + $"the configured confirmations. What happened up to block {now.Block} is not compared.",
                    NeedsPerson: true, Occurrence: $"{then.Block}"),
                cancellation);
            await transaction.CommitAsync(cancellation);
        }
    }

    private async Task<bool> IsCanonicalAsync(ChainId chainId, ReconciliationCheckpoint mark, CancellationToken cancellation)
    {
        // No account asked for: headers are kept indefinitely, states are not.
        var view = await chains.Get(chainId).ReadAccountsAsync(mark.Block, [], cancellation);
        return view.Block.Hash == mark.Hash;
    }

    private static IncidentReport Report(ChainId chainId, Address account, Difference difference, BigInteger rest)
    {
        var isLoss = rest.Sign < 0 || difference.Foreign != 0;
        var where = difference.FirstBlock == difference.LastBlock
            ? $"in block {difference.FirstBlock}"
            : $"between blocks {difference.FirstBlock} and {difference.LastBlock}";
        var foreign = difference.Foreign == 0 ? ""
            : $"{difference.Foreign} transactions of the account there are not the relayer's: its key is used elsewhere. ";
        return new IncidentReport(
            isLoss ? TopUpStops.Loss : Gain,
            isLoss ? IncidentSeverity.Critical : IncidentSeverity.Warning,
            chainId,
            account,
            $"{(isLoss ? "Money left" : "Money came to")} {account} on chain {chainId}, and the ledger does not say how",
            $"{BigInteger.Abs(rest)} wei {where}. {foreign}"
            + (isLoss ? "It is not topped up until a person has cleared this incident." : "No transaction carried it there, and no provider's trace and no event of a payer says who paid it. If it was a contract, such as a Safe, name it in the chain's TopUps:Payers, or add a provider with traces: the next payments are explained then."),
            NeedsPerson: true,
            Occurrence: $"{difference.FirstBlock}-{difference.LastBlock}");
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 620, Level = LogLevel.Information, Message = "{Account} on chain {ChainId} received {Amount} wei in block {Block} from {Sender}, which {Evidence} shows")]
        public static partial void Deposited(
            ILogger logger, Address account, ChainId chainId, BigInteger amount, long block, Address? sender, DepositEvidence evidence);

        [LoggerMessage(EventId = 622, Level = LogLevel.Information, Message = "{Account} on chain {ChainId} received {Amount} wei in blocks {FirstBlock} to {LastBlock}; who paid is not known, and a provider that may know is silent: it is looked for again")]
        public static partial void Waits(ILogger logger, Address account, ChainId chainId, BigInteger amount, long firstBlock, long lastBlock);

        [LoggerMessage(EventId = 621, Level = LogLevel.Error, Message = "{Account} on chain {ChainId} differs from the ledger by {Amount} wei and {Foreign} transactions in blocks {FirstBlock} to {LastBlock}")]
        public static partial void Different(
            ILogger logger, Address account, ChainId chainId, BigInteger amount, long foreign, long firstBlock, long lastBlock);
    }
}

/// <summary>How the books of a chain's accounts stand against a reading.</summary>
/// <param name="Exact">Those that are exact up to it.</param>
/// <param name="Short">Those from which money is gone that nothing explains, though not all is final yet: they are not to be filled.</param>
public sealed record ReconciliationResult(IReadOnlySet<Address> Exact, IReadOnlySet<Address> Short);

/// <summary>How one account's books stand.</summary>
internal enum Books
{
    /// <summary>Not compared, or the difference is told.</summary>
    Open,

    /// <summary>To the wei.</summary>
    Exact,

    /// <summary>Money is gone for which nothing that is under way can be the reason.</summary>
    Short,
}
