using System.Globalization;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Providers.Agreement;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Deposits;
using Relayer.Core.Treasury.Reports;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Functions.Treasury;

/// <summary>Shows the overview.</summary>
internal static class GasListing
{
    public static GasAnswer Of(GasOverview overview, IReadOnlyDictionary<ChainId, ChainBudgets> budgets) => new(
        overview.GeneratedAt,
        StatusOf(overview),
        Show(overview.Runway),
        SpendListing.Of(overview),
        [.. overview.Chains.Select(chain => Show(chain, overview.GeneratedAt, budgets.GetValueOrDefault(chain.ChainId)))],
        new IncidentsAnswer([.. overview.Open.Select(Show)], [.. overview.Closed.Select(Show)]));

    public static TopUpAnswer Show(TopUp topUp) => new(
        topUp.Id.ToString(), topUp.ChainId.Value, topUp.Council.ToString(), topUp.Recipient.ToString(), topUp.State switch
        {
            TopUpState.UnderWay => "under_way",
            TopUpState.Received => "received",
            _ => "failed",
        },
        Amount.Of(topUp.Amount), topUp.State == TopUpState.Received ? Amount.Of(topUp.Amount) : null, Amount.Of(topUp.Deficit),
        Amount.OfNullable(topUp.Fee), topUp.Hash?.ToString(), topUp.BlockNumber, topUp.ReadBlock, topUp.CreatedAt, topUp.UpdatedAt);

    public static IncidentAnswer Show(Incident incident) => new(
        incident.Id, incident.Report.Kind, SeverityOf(incident.Report.Severity), incident.Report.ChainId?.Value,
        incident.Report.Account?.ToString(), incident.Report.Title, incident.Report.Detail, incident.Report.NeedsPerson, incident.OpenedAt,
        incident.UpdatedAt, incident.ClosedAt, incident.ClosedBy, incident.ClosedWhy);

    public static string RoleOf(AccountRole role) => role switch
    {
        AccountRole.Council => "council",
        AccountRole.Signer => "signer",
        _ => "former",
    };

    public static string AgreementOf(Agreement agreement) => agreement switch
    {
        Agreement.Single => "single",
        Agreement.Agreed => "agreed",
        _ => "disputed",
    };

    public static string DayOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string StatusOf(GasOverview overview) =>
        overview.Open.Any(incident => incident.Report.Severity == IncidentSeverity.Critical) ? "critical"
        : overview.Open.Any(incident => incident.Report.Severity == IncidentSeverity.Warning)
            || overview.Chains.Any(chain => chain.Accounts.Any(account => account.IsLow)) ? "attention"
        : "healthy";

    private static string SeverityOf(IncidentSeverity severity) => severity switch
    {
        IncidentSeverity.Critical => "critical",
        IncidentSeverity.Warning => "warning",
        _ => "notice",
    };

    private static RunwayAnswer Show(Runway runway) => new(Show(runway.Day), Show(runway.Week), Show(runway.Month), Show(runway.Stressed));

    private static DaysLeftAnswer Show(DaysLeft left) => new(
        !left.IsSpending ? "no_spend" : left.Days is null ? "unknown" : "days", left.Days);

    private static BurnAnswer Show(SpendRate rate) => new(Amount.Of(rate.Day), Amount.Of(rate.Week), Amount.Of(rate.Month));

    private static ChainGasAnswer Show(ChainGas chain, DateTimeOffset now, ChainBudgets? budgets) => new(
        chain.ChainId.Value,
        chain.Name,
        chain.Reading is { } reading ? Show(reading, now) : null,
        Amount.OfNullable(chain.Total),
        Show(chain.SpendRate),
        Show(chain.Runway),
        new PricesAnswer(chain.Prices.Mean.ToString(), chain.Prices.Dear.ToString(), chain.Prices.Stressed.ToString()),
        [.. chain.Accounts.Select(Show)],
        new TopUpsAnswer(
            chain.IsFilled, chain.IsStopped, Amount.Of(chain.ToppedUpToday), Show(chain.Rules), [.. chain.TopUps.Select(Show)]),
        [.. chain.Deposits.Select(Show)],
        [.. chain.Balances.Select(Show)],
        BudgetsAnswer.Of(budgets),
        new EvidenceAnswer(chain.Operators, ProviderAgreement.SizeOf(chain.Operators), chain.Operators < ProviderAgreement.Outvoting));

    private static ReadingAnswer Show(BalanceReading reading, DateTimeOffset now) => new(
        reading.Block.Number, reading.Block.Hash.ToString(), reading.Block.Timestamp, reading.TakenAt,
        Math.Max(0, (long)(now - reading.TakenAt).TotalSeconds),
        AgreementOf(reading.Agreement),
        [.. reading.Providers.Select(view => new ProviderViewAnswer(
            view.Provider, view.Status switch
            {
                ProviderStatus.Answered => "answered",
                ProviderStatus.Behind => "behind",
                ProviderStatus.Differs => "differs",
                _ => "silent",
            },
            view.Head, view.HeadTime, view.BlockHash, view.Fault))]);

    private static AccountAnswer Show(AccountGas account)
    {
        var (reading, pending) = (account.Reading, account.Pending);
        var isSigner = reading.Role == AccountRole.Signer;
        var chainNonce = (long?)reading.State?.Nonce;
        var nextNonce = pending == PendingSpend.None ? null : (long?)pending.NextNonce;
        return new AccountAnswer(
            reading.Account.ToString(),
            RoleOf(reading.Role),
            Amount.OfNullable(reading.State?.Balance),
            reading.State is null ? [.. reading.Answers.Select(Show)] : null,
            isSigner ? Amount.Of(account.LowMark) : null,
            isSigner ? Amount.Of(account.Target) : null,
            account.IsLow,
            new PendingAnswer(pending.Transactions, Amount.Of(pending.MaxCost)),
            chainNonce,
            nextNonce,
            nextNonce - chainNonce,
            pending.IsPaused,
            pending.PausedWhy,
            Show(account.SpendRate),
            Show(account.Runway),
            account.Books is { } books ? new BooksAnswer(books.SinceBlock, books.ThroughBlock, books.CheckedAt) : null);
    }

    private static ProviderBalanceAnswer Show(ProviderBalance answer) => new(
        answer.Provider, Amount.Of(Wei.TryParse(answer.BalanceWei, out var wei) ? wei : Wei.Zero), (long)answer.Nonce);

    private static TopUpRulesAnswer Show(TopUpRules rules) => new(
        Amount.Of(rules.MaxPerTransfer), Amount.Of(rules.MaxPerSignerPerDay), Amount.Of(rules.MaxPerDay), Amount.Of(rules.CouncilMinimum),
        (long)rules.CoolDown.TotalSeconds);

    private static DepositAnswer Show(Deposit deposit) => new(
        deposit.Account.ToString(), Amount.Of(deposit.Amount), deposit.FirstBlock, deposit.LastBlock, deposit.Hash?.ToString(),
        deposit.Sender?.ToString(), EvidenceOf(deposit.Evidence), deposit.NoticedAt);

    private static string EvidenceOf(DepositEvidence evidence) => evidence switch
    {
        DepositEvidence.Transfer => "transfer",
        DepositEvidence.Trace => "trace",
        DepositEvidence.Event => "event",
        _ => "none",
    };

    private static DayBalanceAnswer Show(DayBalance balance) => new(
        DayOf(balance.Day), balance.Account.ToString(), RoleOf(balance.Role), balance.BlockNumber, Amount.OfNullable(balance.Balance));
}
