using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Deposits;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Reports;

/// <summary>Everything that the council checks, out of the records.</summary>
/// <param name="GeneratedAt">When it was put together; each figure says by itself when it was taken.</param>
/// <param name="Chains">The chains, by configuration.</param>
/// <param name="Days">What was spent on each day and chain for what, the last 30 days, oldest first.</param>
/// <param name="Targets">What was spent on which function in the last 30 days, the most first.</param>
/// <param name="Open">Open incidents, the worst first.</param>
/// <param name="Closed">The newest closed incidents.</param>
public sealed record GasOverview(
    DateTimeOffset GeneratedAt, IReadOnlyList<ChainGas> Chains, IReadOnlyList<DaySpend> Days, IReadOnlyList<TargetSpend> Targets,
    IReadOnlyList<Incident> Open, IReadOnlyList<Incident> Closed)
{
    /// <summary>How long the money lasts where it ends first.</summary>
    public Runway Runway => Chains.Count == 0 ? Runway.Unknown : Chains.Select(chain => chain.Runway).Aggregate(Runway.Lesser);
}

/// <summary>A chain's gas. Amounts are wei.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Reading">What its providers said when balances were last read; <see langword="null"/> when they never were.</param>
/// <param name="Accounts">The council's wallet, the signers and whoever was one.</param>
/// <param name="Total">What its accounts hold together; <see langword="null"/> while one of them is not known.</param>
/// <param name="SpendRate">What it spends in a day: fees, and value that went elsewhere than to signers.</param>
/// <param name="Runway">How long all its accounts' money lasts at that.</param>
/// <param name="Prices">What gas cost.</param>
/// <param name="Rules">How its signers are filled.</param>
/// <param name="ToppedUpToday">Sent to its signers in the last 24 hours.</param>
/// <param name="IsFilled">A wallet of the council is configured.</param>
/// <param name="IsStopped">Top-ups are paused or stopped by an incident.</param>
/// <param name="TopUps">The newest transfers.</param>
/// <param name="Deposits">The newest deposits of others.</param>
/// <param name="Balances">What its accounts held at the end of each day, the last 30 days, oldest first.</param>
/// <param name="Operators">How many operators its providers have.</param>
public sealed record ChainGas(
    ChainId ChainId, string Name, BalanceReading? Reading, IReadOnlyList<AccountGas> Accounts, Wei? Total, SpendRate SpendRate, Runway Runway, GasPrices Prices,
    TopUpRules Rules, Wei ToppedUpToday, bool IsFilled, bool IsStopped, IReadOnlyList<TopUp> TopUps,
    IReadOnlyList<Deposit> Deposits, IReadOnlyList<DayBalance> Balances, int Operators);

/// <summary>An account's gas. Amounts are wei.</summary>
/// <param name="Reading">What it held; the role.</param>
/// <param name="LowMark">Below this it is filled.</param>
/// <param name="Target">What it is filled to.</param>
/// <param name="Pending">What it has under way.</param>
/// <param name="SpendRate">What it spends in a day; the council's wallet: what the whole chain spends.</param>
/// <param name="Runway">How long its balance lasts at that.</param>
/// <param name="Books">How far its balance is explained; <see langword="null"/> when it was not looked at yet.</param>
public sealed record AccountGas(
    AccountReading Reading, Wei LowMark, Wei Target, PendingSpend Pending, SpendRate SpendRate, Runway Runway, ReconciliationStatus? Books)
{
    /// <summary>It wants filling.</summary>
    public bool IsLow => Reading is { Role: AccountRole.Signer, State.Balance: var balance } && balance < LowMark;
}

/// <summary>What an account has under way.</summary>
/// <param name="Transactions">How many.</param>
/// <param name="MaxCost">The most that they can cost, value included, in wei.</param>
/// <param name="NextNonce">The nonce that the next one takes.</param>
/// <param name="IsPaused">No new one is given to it.</param>
/// <param name="PausedWhy">Why not.</param>
public sealed record PendingSpend(long Transactions, Wei MaxCost, ulong NextNonce, bool IsPaused, string? PausedWhy)
{
    /// <summary>An account that has never sent anything here.</summary>
    public static PendingSpend None { get; } = new(0, Wei.Zero, 0, false, null);
}

/// <summary>Up to where an account's balance is explained, to the wei.</summary>
/// <param name="SinceBlock">From this block on.</param>
/// <param name="ThroughBlock">Up to this block.</param>
/// <param name="CheckedAt">When that was found.</param>
public sealed record ReconciliationStatus(long SinceBlock, long ThroughBlock, DateTimeOffset CheckedAt);

/// <summary>Money that came to an account and not from the council's wallet through the relayer.</summary>
/// <param name="Id">Its number.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Account">Whose.</param>
/// <param name="Amount">Wei.</param>
/// <param name="FirstBlock">It came in this block or later.</param>
/// <param name="LastBlock">It came in this block or earlier.</param>
/// <param name="Hash">The transaction that brought it, where it was found.</param>
/// <param name="Sender">Who paid, where that was found: an account, or a contract such as a Safe.</param>
/// <param name="NoticedAt">When it was noticed.</param>
/// <param name="Evidence">By what it is explained.</param>
public sealed record Deposit(
    long Id, ChainId ChainId, Address Account, Wei Amount, long FirstBlock, long LastBlock, Hash32? Hash, Address? Sender, DateTimeOffset NoticedAt,
    DepositEvidence Evidence);

/// <summary>What was spent on a day for a purpose.</summary>
public sealed record DaySpend(ChainId ChainId, DateOnly Day, string Purpose, Wei Fee, long Actions, long Transactions);

/// <summary>What was spent on a function.</summary>
public sealed record TargetSpend(ChainId ChainId, string Purpose, Address Target, ReadOnlyMemory<byte> Selector, Wei Fee, long Actions, long Transactions);

/// <summary>What an account held at the end of a day, or last before it.</summary>
public sealed record DayBalance(DateOnly Day, Address Account, AccountRole Role, long BlockNumber, Wei? Balance);
