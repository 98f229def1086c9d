using System.Collections.Concurrent;
using Relayer.Core.Keepers.Engine;

namespace Storms.Keepers;

/// <summary>People who give keepers something to do, and a community that is sometimes faster.</summary>
internal sealed class Traders(KeeperScenario scenario, int seed, int people)
{
    private const int PauseMilliseconds = 100;

    /// <summary>Pieces of one upkeep are done one after the other, each in a block of its own: more would only wait in line after the storm.</summary>
    private const int MostAsked = 5;

    private readonly ConcurrentQueue<ulong> _positions = new();
    private readonly SemaphoreSlim _asking = new(1);
    private long _account;

    /// <summary>Goes on until <paramref name="end"/>; then nothing more is wanted of the rogue.</summary>
    public async Task RunAsync(CancellationToken end, CancellationToken cancellation)
    {
        var accounts = await scenario.Node.AccountsAsync(cancellation);
        await Task.WhenAll(Enumerable.Range(0, people).Select(person => Task.Run(
            () => LiveAsync(scenario.As(accounts[person]), new Random((seed * 1_000) + person), end, cancellation), cancellation)));
        await scenario.Rogue.SendAsync("withdraw()");
    }

    private async Task LiveAsync(KeeperScenario own, Random random, CancellationToken end, CancellationToken cancellation)
    {
        while (!end.IsCancellationRequested)
        {
            var isRaced = random.Next(4) == 0;
            await (random.Next(100) switch
            {
                < 45 => CommitAsync(own, isExceeded: random.Next(8) == 0, isRaced, cancellation),
                < 60 => DrownAsync(own, isRaced),
                < 75 => AskAsync(own),
                < 82 => own.Rogue.SendAsync("ask()"),
                _ => PayInAsync(own, isRaced),
            });
            await Task.Delay(random.Next(PauseMilliseconds * 2), cancellation);
        }
    }

    private async Task CommitAsync(KeeperScenario own, bool isExceeded, bool isRaced, CancellationToken cancellation)
    {
        var account = (ulong)Interlocked.Increment(ref _account);
        await own.Perps.FundAsync(account, 1_000);
        own.Wishes[(KeeperNames.Settlement, WorkOnChain.Name(account))] = true;
        await own.Perps.CommitAsync(account, 1, isExceeded ? 1_900 : 2_100);
        if (isRaced && !isExceeded)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
            await own.SettleAsync(account);
        }

        if (!isExceeded)
        {
            _positions.Enqueue(account);
        }
    }

    /// <summary>The oldest position loses its margin, if it is there already.</summary>
    private async Task DrownAsync(KeeperScenario own, bool isRaced)
    {
        if (!_positions.TryDequeue(out var account))
        {
            return;
        }

        if ((await own.Perps.SizeAsync(account)).IsZero)
        {
            _positions.Enqueue(account);
            return;
        }

        own.Wishes[(KeeperNames.Liquidation, WorkOnChain.Name(account))] = true;
        await own.Perps.FundAsync(account, 50);
        if (isRaced)
        {
            await own.LiquidateAsync(account);
        }
    }

    private async Task AskAsync(KeeperScenario own)
    {
        await _asking.WaitAsync();
        try
        {
            if (await own.Honest.NumberAsync("asked()") - await own.Honest.NumberAsync("count()") >= MostAsked)
            {
                return;
            }

            await own.Honest.SendAsync("ask()");
            var asked = await own.Honest.NumberAsync("asked()");
            own.Wishes[(KeeperNames.Upkeeps, WorkOnChain.Name(own.Honest.Address, asked))] = true;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>An account gets dollars: it is deployed, has them sent, and has them arrive.</summary>
    private async Task PayInAsync(KeeperScenario own, bool isRaced)
    {
        if (!own.Undeployed.TryDequeue(out var planned))
        {
            return;
        }

        foreach (var keeper in new[] { KeeperNames.Deployment, KeeperNames.Bridging, KeeperNames.Redemption })
        {
            own.Wishes[(keeper, planned.Account.ToString())] = true;
        }

        await own.Accounts.MintAsync(planned.Account, 100);
        if (isRaced)
        {
            await own.CreateAsync(planned.Arguments);
        }
    }
}
