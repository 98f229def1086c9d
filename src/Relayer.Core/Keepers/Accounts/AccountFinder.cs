using System.Globalization;
using System.Text;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>Looks at the accounts that were handed in, so many at a time, and finds those with something to do.</summary>
internal sealed class AccountFinder(IChainClient chain, AccountTask task, AccountStore accounts, KeeperStore store, TimeProvider time)
{
    /// <summary>What went wrong is not tried again before.</summary>
    private static readonly TimeSpan Discouraged = TimeSpan.FromHours(1);

    /// <returns>How much was new.</returns>
    public async Task<int> FindAsync(CancellationToken cancellation)
    {
        var looked = await accounts.TakeAsync(task.Name, chain.ChainId, task.AccountsPerRun, cancellation);
        CrashPoints.PassIf(looked.Count > 0, CrashPoints.AccountsTaken);

        // Counted before the chain is read: what is done in between is then still the same piece of work.
        var histories = await accounts.ReadHistoriesAsync(
            task.Name, chain.ChainId, [.. looked.Select(account => Subject(account))], task.Discouraging, cancellation);
        var views = await AccountReader.ReadAsync(chain, task, [.. looked.Select(account => account.Account)], cancellation);
        if (views.Count > 0 && views.All(view => view.Usdc is null))
        {
            await store.NoteAsync(
                task.Name, chain.ChainId, task.Usdc.ToString(), KeeperReasons.CheckFailed, "the token tells no balances", cancellation);
        }

        var found = looked.Where((_, i) => task.IsWanted(views[i]))
            .Select(account => Describe(account, histories.GetValueOrDefault(Subject(account)), time.GetUtcNow())).ToArray();
        return await store.AddAsync(task.Name, chain.ChainId, found, cancellation);
    }

    private static string Subject(PlannedAccount account) => account.Account.ToString();

    /// <summary>An account's n-th piece of work is the same, whoever counts; the next one begins when it is over.</summary>
    private FoundWork Describe(PlannedAccount account, AccountHistory history, DateTimeOffset now)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{task.Name}:{chain.ChainId.Value}:{account.Account}:{history.Ended}");
        var due = now + task.Limits.Grace;
        if (history.DiscouragedAt is { } ended && ended + Discouraged > due)
        {
            due = ended + Discouraged;
        }

        return new FoundWork(
            Keccak256.Hash(Encoding.UTF8.GetBytes(name)), task.Limits.Lane, Subject(account), task.Describe(account).ToJson(), due);
    }
}
