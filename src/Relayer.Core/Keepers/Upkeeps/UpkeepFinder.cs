using System.Globalization;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>Asks the contracts whether there is something to do.</summary>
internal sealed class UpkeepFinder(IChainClient chain, KeeperStore store, TimeProvider time)
{
    /// <param name="upkeeps">Those to ask.</param>
    /// <param name="before">A time before this look: what ended since is still the same piece of work.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How much was new.</returns>
    public async Task<int> FindAsync(IReadOnlyList<Upkeep> upkeeps, DateTimeOffset before, CancellationToken cancellation)
    {
        if (upkeeps.Count == 0)
        {
            return 0;
        }

        var counts = await store.CountEndedAsync(UpkeepKeeper.Kind, chain.ChainId, [.. upkeeps.Select(upkeep => upkeep.Name)], before, cancellation);
        var checks = await AskAsync(chain, upkeeps, cancellation);
        var found = new List<FoundWork>();
        for (var i = 0; i < upkeeps.Count; i++)
        {
            if (checks[i] is UpkeepCheck.Needed)
            {
                found.Add(Describe(upkeeps[i], counts.GetValueOrDefault(upkeeps[i].Name), time.GetUtcNow()));
            }
            else if (checks[i] is UpkeepCheck.Faulty fault)
            {
                await store.NoteAsync(UpkeepKeeper.Kind, chain.ChainId, upkeeps[i].Name, KeeperReasons.CheckFailed, fault.Detail, cancellation);
            }
        }

        return await store.AddAsync(UpkeepKeeper.Kind, chain.ChainId, found, cancellation);
    }

    /// <summary>Asks all of them in one batch.</summary>
    public static async Task<IReadOnlyList<UpkeepCheck>> AskAsync(
        IChainClient chain, IReadOnlyList<Upkeep> upkeeps, CancellationToken cancellation)
    {
        // From nobody, as Chainlink's registry simulates: contracts that only want to be simulated check for it.
        var calls = upkeeps.Select(upkeep => new EthCall(default(Address), upkeep.Contract, upkeep.AskData(), upkeep.CheckGasLimit)).ToArray();
        var outcomes = await Trial.RunAsync(chain, calls, cancellation);
        return [.. outcomes.Select(UpkeepCheck.Read)];
    }

    /// <summary>An upkeep's n-th piece of work is the same, whoever counts; the next one begins when it is over.</summary>
    private FoundWork Describe(Upkeep upkeep, long before, DateTimeOffset now)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"upkeep:{chain.ChainId.Value}:{upkeep.Name}:{upkeep.Contract}:{Hex.Encode(upkeep.CheckData.Span)}:{before}");
        return new FoundWork(Keccak256.Hash(Encoding.UTF8.GetBytes(name)), upkeep.Name, upkeep.Name, "{}", now + upkeep.Limits.Grace);
    }
}
