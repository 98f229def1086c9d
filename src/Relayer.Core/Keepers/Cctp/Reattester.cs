using System.Collections.Concurrent;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Has Circle attest anew what it attested before the burn was final, and what nobody redeemed in time.</summary>
internal sealed class Reattester(IChainClient chain, IAttestationSource circle)
{
    /// <summary>Asked in one run, and at once; the others' turn comes.</summary>
    private const int MostAsked = 20;
    private const int AtOnce = 4;

    /// <summary>Asks about those that have expired.</summary>
    /// <param name="reverted">Attested messages that the chain does not take.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What Circle answered about each that has expired; the others are not taken for another reason.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<IReadOnlyDictionary<DueBurn, Reattestation>> AskAsync(
        IReadOnlyList<(DueBurn Burn, BurnMessage Attested)> reverted, CancellationToken cancellation)
    {
        var answers = new ConcurrentDictionary<DueBurn, Reattestation>();
        var expiring = reverted.Where(item => !item.Attested.ExpirationBlock.IsZero).ToArray();
        if (expiring.Length == 0)
        {
            return answers;
        }

        // Where the EVM counts other blocks than the node (Arbitrum: Ethereum's, which are fewer) this holds too early. Nothing is asked
        // but about what reverts, and nothing is lost by asking.
        var head = (await chain.ReadHeadAsync(cancellation)).Number;
        await Parallel.ForEachAsync(
            expiring.Where(item => item.Attested.ExpirationBlock <= head).Take(MostAsked),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (item, stop) => answers[item.Burn] = await circle.ReattestAsync(item.Attested.NonceKey!.Value, stop));
        return answers;
    }
}
