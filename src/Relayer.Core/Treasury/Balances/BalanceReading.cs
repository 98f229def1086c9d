using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Agreement;

namespace Relayer.Core.Treasury.Balances;

/// <summary>The accounts of a chain at one block, as its providers see them. A disagreement is shown, never averaged.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Block">The block.</param>
/// <param name="TakenAt">When it was asked for.</param>
/// <param name="Agreement">How far the providers agree.</param>
/// <param name="Providers">What each of them said of the block.</param>
/// <param name="Accounts">The accounts.</param>
public sealed record BalanceReading(
    ChainId ChainId, BlockHeader Block, DateTimeOffset TakenAt, Agreement Agreement, IReadOnlyList<ProviderView> Providers,
    IReadOnlyList<AccountReading> Accounts)
{
    /// <summary>A node whose newest block is so much older than another's is behind.</summary>
    private static readonly TimeSpan LagTolerance = TimeSpan.FromMinutes(1);

    /// <summary>A block may be so much ahead of the clock before its node counts as wrong.</summary>
    private static readonly TimeSpan FutureTolerance = TimeSpan.FromMinutes(15);

    /// <summary>What they contradicted each other about.</summary>
    public IReadOnlyList<Disagreement> Disagreements { get; init; } = [];

    /// <summary>An account's part of it.</summary>
    public AccountReading? Find(Address account) => Accounts.FirstOrDefault(reading => reading.Account == account);

    /// <summary>
    /// The newest block that every provider which keeps up has, less the confirmations: no transaction at or below it moves any more.
    /// </summary>
    /// <returns><see langword="null"/> when no provider answers.</returns>
    public static long? ChooseBlock(IReadOnlyList<ProviderAnswer<BlockHeader>> heads, int confirmations, DateTimeOffset now)
    {
        var upToDate = UpToDate(heads, now);
        return upToDate.Length == 0 ? null : Math.Max(0, upToDate.Min(head => head.Number) - confirmations);
    }

    /// <summary>Compares the providers' views of a block. Pure.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="heads">Their newest blocks.</param>
    /// <param name="answers">Their views.</param>
    /// <param name="accounts">The accounts asked for.</param>
    /// <param name="operators">How many operators the providers have: of three or more a majority is believed, of fewer nobody may differ.</param>
    /// <param name="now">The time.</param>
    /// <returns><see langword="null"/> when no provider gave a view.</returns>
    public static BalanceReading? Compare(
        ChainId chainId, IReadOnlyList<ProviderAnswer<BlockHeader>> heads, IReadOnlyList<ProviderAnswer<AccountsAtBlock>> answers,
        IReadOnlyList<(Address Account, AccountRole Role)> accounts, int operators, DateTimeOffset now)
    {
        var views = new BalanceViews(answers, operators);
        if (views.First is not { } first)
        {
            return null;
        }

        AccountReading[] compared = [.. accounts.Select((account, i) => new AccountReading(account.Account, account.Role, views.StateOf(i), views.Balances(i)))];
        var isKnown = compared.All(account => account.State is not null) && views.Block is not null;
        var agreement = !isKnown && views.Any(views.Differs) ? Agreement.Disputed
            : views.Voices < 2 ? Agreement.Single
            : isKnown ? Agreement.Agreed : Agreement.Disputed;
        return new BalanceReading(chainId, views.Block ?? first.Block, now, agreement, View(heads, answers, views, now), compared)
        {
            Disagreements = views.Disagreements([.. accounts.Select(account => account.Account)]),
        };
    }

    private static ProviderView[] View(
        IReadOnlyList<ProviderAnswer<BlockHeader>> heads, IReadOnlyList<ProviderAnswer<AccountsAtBlock>> answers, BalanceViews views, DateTimeOffset now)
    {
        var upToDate = UpToDate(heads, now).ToHashSet();
        return [.. heads.Zip(answers, (head, answer) => new ProviderView(
            head.Provider,
            answer.Answer is { } given
                ? views.Differs(given) ? ProviderStatus.Differs : ProviderStatus.Answered
                : head.Answer is { } newest && !upToDate.Contains(newest) ? ProviderStatus.Behind : ProviderStatus.Silent,
            head.Answer?.Number, head.Answer?.Timestamp, answer.Answer?.Block.Hash.ToString(), answer.Fault ?? head.Fault))];
    }

    private static BlockHeader[] UpToDate(IReadOnlyList<ProviderAnswer<BlockHeader>> heads, DateTimeOffset now)
    {
        BlockHeader[] all = [.. heads.Select(head => head.Answer).OfType<BlockHeader>()];
        BlockHeader[] possible = [.. all.Where(head => head.Timestamp <= now + FutureTolerance)];
        possible = possible.Length > 0 ? possible : all;
        return [.. possible.Where(head => possible.Max(other => other.Timestamp) - head.Timestamp <= LagTolerance)];
    }
}

/// <summary>How far the providers of a chain agree about a block.</summary>
public enum Agreement
{
    /// <summary>Only one gave a view, or all that did are of one operator.</summary>
    Single,

    /// <summary>At least two operators, and all that matters is agreed on by enough of them.</summary>
    Agreed,

    /// <summary>Their views differ, and not enough of them agree.</summary>
    Disputed,
}

/// <summary>An account at the block.</summary>
/// <param name="Account">The account.</param>
/// <param name="Role">What it is for.</param>
/// <param name="State">Balance and nonce; <see langword="null"/> where not enough of the providers agree.</param>
/// <param name="Answers">What each of them said.</param>
public sealed record AccountReading(Address Account, AccountRole Role, AccountState? State, IReadOnlyList<ProviderBalance> Answers);

/// <summary>What an account is for.</summary>
public enum AccountRole
{
    /// <summary>It pays for gas.</summary>
    Signer,

    /// <summary>It fills the signers.</summary>
    Council,

    /// <summary>It paid for gas once, or its signing key is unavailable: what it holds is still the council's.</summary>
    Former,
}

/// <summary>What one provider said of an account.</summary>
/// <param name="Provider">What it is called: its operator, or host and port.</param>
/// <param name="BalanceWei">Wei, decimal.</param>
/// <param name="Nonce">The nonce.</param>
public sealed record ProviderBalance(string Provider, string BalanceWei, ulong Nonce);

/// <summary>What one provider said of the block.</summary>
/// <param name="Provider">What it is called: its operator, or host and port.</param>
/// <param name="Status">Whether it can be gone by.</param>
/// <param name="Head">Its newest block.</param>
/// <param name="HeadTime">That block's time.</param>
/// <param name="BlockHash">The hash it gave for the block read.</param>
/// <param name="Fault">Why it gave no view.</param>
public sealed record ProviderView(
    string Provider, ProviderStatus Status, long? Head, DateTimeOffset? HeadTime, string? BlockHash, string? Fault);

/// <summary>Whether a provider's view can be gone by.</summary>
public enum ProviderStatus
{
    /// <summary>It gave its view.</summary>
    Answered,

    /// <summary>It is behind the others, and has not the block yet.</summary>
    Behind,

    /// <summary>Its view is not the one that is believed; where none is, not the first one's.</summary>
    Differs,

    /// <summary>It gave none.</summary>
    Silent,
}
