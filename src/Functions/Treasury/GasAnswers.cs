using System.Text.Json.Serialization;

namespace Functions.Treasury;

/// <summary>Everything that the council checks. Every figure says how old it is: balances by block, sums by <c>generatedAt</c>.</summary>
/// <param name="GeneratedAt">When it was put together.</param>
/// <param name="Status"><c>healthy</c>; <c>attention</c>: somebody should look within days; <c>critical</c>: now.</param>
/// <param name="Runway">How long the money lasts on the chain where it ends first.</param>
/// <param name="Spend">What was spent in all, and on what.</param>
/// <param name="Chains">The chains.</param>
/// <param name="Incidents">What a person should know of.</param>
public sealed record GasAnswer(
    DateTimeOffset GeneratedAt, string Status, RunwayAnswer Runway, SpendSummary Spend, IReadOnlyList<ChainGasAnswer> Chains,
    IncidentsAnswer Incidents);

/// <summary>How long money lasts.</summary>
/// <param name="Day">At the spend rate of the last 24 hours.</param>
/// <param name="Week">At the mean spend rate of the last 7 days.</param>
/// <param name="Month">At the mean spend rate of the last 30 days.</param>
/// <param name="Stressed">At the mean spend rate of the last 30 days and the stressed fee.</param>
public sealed record RunwayAnswer(DaysLeftAnswer Day, DaysLeftAnswer Week, DaysLeftAnswer Month, DaysLeftAnswer Stressed);

/// <summary>Days left.</summary>
/// <param name="State"><c>days</c>; <c>no_spend</c>: nothing is spent, so there is no end; <c>unknown</c>: the balance is not known.</param>
/// <param name="Days">To a tenth, rounded down; only with <c>days</c>.</param>
public sealed record DaysLeftAnswer(string State, decimal? Days);

/// <summary>What is spent in a day.</summary>
/// <param name="Day">In the last 24 hours.</param>
/// <param name="Week">The mean of the last 7 days.</param>
/// <param name="Month">The mean of the last 30 days.</param>
public sealed record BurnAnswer(Amount Day, Amount Week, Amount Month);

/// <summary>What was spent, over all chains. Days are UTC, of when a transaction became final.</summary>
/// <param name="Today">Since midnight.</param>
/// <param name="Week">In the last 7 days, today included.</param>
/// <param name="Month">In the last 30 days, today included.</param>
/// <param name="ByPurpose">The last 30 days by purpose, the most first.</param>
/// <param name="ByTarget">The last 30 days by function called, the most first.</param>
/// <param name="Daily">Each day's purposes, the last 30 days, oldest first.</param>
public sealed record SpendSummary(
    SpendTotal Today, SpendTotal Week, SpendTotal Month, IReadOnlyList<PurposeSpend> ByPurpose, IReadOnlyList<TargetSpendAnswer> ByTarget,
    IReadOnlyList<DaySpendAnswer> Daily);

/// <summary>Fees paid.</summary>
/// <param name="Fee">Reverted transactions, noops and L1 fees included.</param>
/// <param name="Actions">Users' requests; a transaction that carries none is one action.</param>
/// <param name="Transactions">Transactions mined.</param>
public sealed record SpendTotal(Amount Fee, long Actions, long Transactions);

/// <summary>Fees paid for a purpose.</summary>
/// <param name="Purpose"><c>relay</c>, <c>top_up</c>, <c>noop</c> (it closed a nonce) or a keeper's name.</param>
/// <param name="Fee">Fees.</param>
/// <param name="Actions">As in the totals.</param>
/// <param name="Transactions">As in the totals.</param>
public sealed record PurposeSpend(string Purpose, Amount Fee, long Actions, long Transactions);

/// <summary>Fees paid for calls of a function.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Target">The contract that the request calls.</param>
/// <param name="Selector">The function's selector, or <c>0x</c>.</param>
/// <param name="Fee">Fees.</param>
/// <param name="Actions">As in the totals.</param>
/// <param name="Transactions">As in the totals.</param>
public sealed record TargetSpendAnswer(
    long ChainId, string Purpose, string Target, string Selector, Amount Fee, long Actions, long Transactions);

/// <summary>Fees paid on a day for a purpose.</summary>
/// <param name="Day">The day, UTC, <c>2026-09-30</c>.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Fee">Fees.</param>
/// <param name="Actions">As in the totals.</param>
/// <param name="Transactions">As in the totals.</param>
public sealed record DaySpendAnswer(string Day, long ChainId, string Purpose, Amount Fee, long Actions, long Transactions);

/// <summary>A chain's gas.</summary>
/// <param name="ChainId">The EIP-155 id.</param>
/// <param name="Name">Its name here.</param>
/// <param name="Reading">When balances were read; null when they never were.</param>
/// <param name="Total">All its accounts together; null while one of them is not known.</param>
/// <param name="Burn">What it spends in a day: fees, and value that went elsewhere than to signers.</param>
/// <param name="Runway">How long <c>total</c> lasts.</param>
/// <param name="Prices">What gas cost.</param>
/// <param name="Accounts">The council's wallet, the signers, and those that were.</param>
/// <param name="TopUps">How the signers are filled.</param>
/// <param name="Deposits">The newest deposits made by hand.</param>
/// <param name="BalancesDaily">What the accounts held at the end of each day, the last 30 days, oldest first.</param>
/// <param name="Budgets">What relays may cost.</param>
/// <param name="Evidence">Whose word is believed.</param>
public sealed record ChainGasAnswer(
    long ChainId, string Name, ReadingAnswer? Reading, Amount? Total, BurnAnswer Burn, RunwayAnswer Runway, PricesAnswer Prices,
    IReadOnlyList<AccountAnswer> Accounts, TopUpsAnswer TopUps, IReadOnlyList<DepositAnswer> Deposits,
    IReadOnlyList<DayBalanceAnswer> BalancesDaily, BudgetsAnswer Budgets, EvidenceAnswer Evidence);

/// <summary>Whose word is believed about what ends transactions and moves money.</summary>
/// <param name="Operators">How many operators the chain's providers have.</param>
/// <param name="Quorum">So many of them must say the same.</param>
/// <param name="OneProvidersWord">One provider's word is taken, with two operators where the other is silent: there are fewer than three.</param>
public sealed record EvidenceAnswer(int Operators, int Quorum, bool OneProvidersWord);

/// <summary>A reading of balances at one block.</summary>
/// <param name="BlockNumber">The block.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="BlockTime">Its time.</param>
/// <param name="TakenAt">When it was asked for.</param>
/// <param name="AgeSeconds">How long ago that was.</param>
/// <param name="Agreement">
/// <c>agreed</c>: at least two operators, and enough of them agree; <c>single</c>: one gave a view; <c>disputed</c>: what they disagree about is null.
/// </param>
/// <param name="Providers">What each said.</param>
public sealed record ReadingAnswer(
    long BlockNumber, string BlockHash, DateTimeOffset BlockTime, DateTimeOffset TakenAt, long AgeSeconds, string Agreement,
    IReadOnlyList<ProviderViewAnswer> Providers);

/// <summary>What a provider said.</summary>
/// <param name="Provider">What it is called: its operator, or host and port.</param>
/// <param name="Status"><c>answered</c>, <c>behind</c> the others, <c>differs</c> from what is believed, or <c>silent</c>.</param>
/// <param name="Head">Its newest block.</param>
/// <param name="HeadTime">That block's time.</param>
/// <param name="BlockHash">The hash it gave for the block read.</param>
/// <param name="Fault">Why it gave no view.</param>
public sealed record ProviderViewAnswer(
    string Provider, string Status, long? Head, DateTimeOffset? HeadTime, string? BlockHash, string? Fault);

/// <summary>What gas cost in the last 30 days, in wei per gas, decimal.</summary>
/// <param name="MeanWei">All that was paid by all gas that was used.</param>
/// <param name="DearWei">The 95th percentile of the hours' means.</param>
/// <param name="StressedWei">What the stressed runway goes by.</param>
public sealed record PricesAnswer(string MeanWei, string DearWei, string StressedWei);

/// <summary>An account.</summary>
/// <param name="Address">The account.</param>
/// <param name="Role"><c>council</c>, <c>signer</c>, or <c>former</c>: it was a signer, or its signing key is unavailable.</param>
/// <param name="Balance">What it held at the reading's block; null where the providers disagree.</param>
/// <param name="Answers">What each provider said, where they disagree.</param>
/// <param name="LowMark">Below this it is filled; only of signers.</param>
/// <param name="Target">What it is filled to; only of signers.</param>
/// <param name="IsLow">It wants filling.</param>
/// <param name="Pending">What it has under way.</param>
/// <param name="ChainNonce">Its nonce at the reading's block.</param>
/// <param name="NextNonce">The nonce that its next transaction takes; null when it never sent anything here.</param>
/// <param name="NonceGap">Nonces taken here that the chain had not seen at that block.</param>
/// <param name="IsPaused">No new transaction is given to it.</param>
/// <param name="PausedWhy">Why not.</param>
/// <param name="Burn">What it spends in a day; the council's wallet: what the whole chain spends.</param>
/// <param name="Runway">How long its balance lasts at that.</param>
/// <param name="Books">How far its balance is explained to the wei.</param>
public sealed record AccountAnswer(
    string Address, string Role, Amount? Balance, IReadOnlyList<ProviderBalanceAnswer>? Answers, Amount? LowMark, Amount? Target, bool IsLow,
    PendingAnswer Pending, long? ChainNonce, long? NextNonce, long? NonceGap, bool IsPaused, string? PausedWhy, BurnAnswer Burn,
    RunwayAnswer Runway, BooksAnswer? Books);

/// <summary>What a provider said of an account.</summary>
/// <param name="Provider">What it is called: its operator, or host and port.</param>
/// <param name="Balance">The balance.</param>
/// <param name="Nonce">The nonce.</param>
public sealed record ProviderBalanceAnswer(string Provider, Amount Balance, long Nonce);

/// <summary>What is under way.</summary>
/// <param name="Transactions">How many.</param>
/// <param name="MaxCost">The most that they can cost, value included.</param>
public sealed record PendingAnswer(long Transactions, Amount MaxCost);

/// <summary>Up to where balance then + deposits + top-ups - fees - values is the balance, to the wei.</summary>
/// <param name="SinceBlock">From this block on.</param>
/// <param name="ThroughBlock">Up to this block.</param>
/// <param name="CheckedAt">When that was found.</param>
public sealed record BooksAnswer(long SinceBlock, long ThroughBlock, DateTimeOffset CheckedAt);

/// <summary>How the signers are filled.</summary>
/// <param name="IsConfigured">A wallet of the council is configured.</param>
/// <param name="IsStopped">They are paused, or stopped until a person clears an incident.</param>
/// <param name="SentLastDay">Sent in the last 24 hours.</param>
/// <param name="Rules">By which rules.</param>
/// <param name="Newest">The newest transfers.</param>
public sealed record TopUpsAnswer(
    bool IsConfigured, bool IsStopped, Amount SentLastDay, TopUpRulesAnswer Rules, IReadOnlyList<TopUpAnswer> Newest);

/// <summary>The rules of the top-ups.</summary>
/// <param name="MaxPerTransfer">The most in one transfer.</param>
/// <param name="MaxPerSignerPerDay">The most to one signer in 24 hours.</param>
/// <param name="MaxPerDay">The most to all in 24 hours.</param>
/// <param name="CouncilMinimum">What always stays in the council's wallet.</param>
/// <param name="CoolDownSeconds">The least time between two transfers to one signer.</param>
public sealed record TopUpRulesAnswer(
    Amount MaxPerTransfer, Amount MaxPerSignerPerDay, Amount MaxPerDay, Amount CouncilMinimum, long CoolDownSeconds);

/// <summary>A transfer from the council's wallet to a signer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Council">Who pays.</param>
/// <param name="Recipient">The signer.</param>
/// <param name="State"><c>under_way</c>, <c>received</c>, or <c>failed</c>: the money is still in the wallet.</param>
/// <param name="Requested">How much was sent.</param>
/// <param name="Received">How much arrived.</param>
/// <param name="Deficit">What the signer lacked to its target.</param>
/// <param name="Fee">What the transfer cost; null until it is final.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="ReadBlock">The block of the balances that it was decided by.</param>
/// <param name="CreatedAt">When it was decided.</param>
/// <param name="UpdatedAt">When it last moved.</param>
public sealed record TopUpAnswer(
    string Id, long ChainId, string Council, string Recipient, string State, Amount Requested, Amount? Received, Amount Deficit, Amount? Fee,
    string? TransactionHash, long? BlockNumber, long ReadBlock, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Money that came to an account, and not from the council's wallet through the relayer.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Amount">How much.</param>
/// <param name="FirstBlock">It came in this block or later.</param>
/// <param name="LastBlock">It came in this block or earlier.</param>
/// <param name="TransactionHash">The transaction that brought it, where that is known.</param>
/// <param name="Sender">Who paid, where that is known: an account, or a contract such as a Safe.</param>
/// <param name="Evidence">
/// What says so: <c>transfer</c>: the transaction itself carried it; <c>trace</c>: a provider's trace shows a contract's payment; <c>event</c>: a payer that the
/// settings name tells of it and the balances agree; <c>none</c>: nothing does, see the incident.
/// </param>
/// <param name="NoticedAt">When it was noticed.</param>
public sealed record DepositAnswer(
    string Account, Amount Amount, long FirstBlock, long LastBlock, string? TransactionHash, string? Sender, string Evidence, DateTimeOffset NoticedAt);

/// <summary>What an account held at the end of a day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Account">The account.</param>
/// <param name="Role">As in the accounts.</param>
/// <param name="BlockNumber">The block of the reading.</param>
/// <param name="Balance">The balance; null where the providers disagreed.</param>
public sealed record DayBalanceAnswer(string Day, string Account, string Role, long BlockNumber, Amount? Balance);

/// <summary>Incidents.</summary>
/// <param name="Open">All that are open, the worst first.</param>
/// <param name="Closed">The newest closed ones.</param>
public sealed record IncidentsAnswer(IReadOnlyList<IncidentAnswer> Open, IReadOnlyList<IncidentAnswer> Closed);

/// <summary>Something that a person should know of; one for each cause, for as long as it lasts.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">What kind of thing; stable.</param>
/// <param name="Severity"><c>notice</c>, <c>warning</c> or <c>critical</c>.</param>
/// <param name="ChainId">The chain it is about.</param>
/// <param name="Account">The account it is about.</param>
/// <param name="Title">One line.</param>
/// <param name="Detail">All that is known.</param>
/// <param name="NeedsPerson">Only a person closes it.</param>
/// <param name="OpenedAt">When it began.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="ClosedAt">When it ended.</param>
/// <param name="ClosedBy">Who cleared it; null when its cause went away by itself.</param>
/// <param name="ClosedWhy">Why it ended.</param>
public sealed record IncidentAnswer(
    long Id, string Kind, string Severity, long? ChainId, string? Account, string Title, string Detail, bool NeedsPerson,
    DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ClosedAt, string? ClosedBy, string? ClosedWhy);

/// <summary>How answers about gas are written.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(GasAnswer))]
[JsonSerializable(typeof(SpendPage))]
[JsonSerializable(typeof(IncidentAnswer))]
[JsonSerializable(typeof(TopUpPage))]
[JsonSerializable(typeof(HistoryPage))]
internal sealed partial class GasAnswersJson : JsonSerializerContext;
