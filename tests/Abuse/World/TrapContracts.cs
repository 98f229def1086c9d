using DevChain;
using Relayer.Core.Ethereum;

namespace Abuse.World;

/// <summary>How a trap tells a block from a simulation; the numbers are the contract's.</summary>
internal enum Tell
{
    Always,
    Origin,
    GasPrice,
    BaseFee,
    Parity,
    BlockHash,
    Coinbase,
    Randao,
    Time,
    GasLeft,
    Flag,
    OncePerBlock,
    Third,
}

/// <summary>The sponsored contracts that call back, and a trap of each kind, on one chain.</summary>
/// <param name="Mint">Calls back whom the user names.</param>
/// <param name="Deposits">The same, with value.</param>
/// <param name="Traps">What users name.</param>
internal sealed record TrapContracts(Address Mint, Address Deposits, IReadOnlyDictionary<(Tell Tell, bool Burns), DevContract> Traps)
{
    public static async Task<TrapContracts> DeployAsync(AnvilNode node)
    {
        var mint = await DevContract.DeployAsync(node, "CallbackMint");
        var deposits = await DevContract.DeployAsync(node, "Deposits");
        var traps = new Dictionary<(Tell, bool), DevContract>();
        foreach (var tell in Enum.GetValues<Tell>())
        {
            foreach (var burns in new[] { false, true })
            {
                traps[(tell, burns)] = await DevContract.DeployAsync(node, "Trap", "constructor(uint256,bool)", (ulong)tell, burns);
            }
        }

        return new TrapContracts(mint.Address, deposits.Address, traps);
    }
}
