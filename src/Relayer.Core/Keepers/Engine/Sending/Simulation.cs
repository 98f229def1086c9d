using Relayer.Core.Ethereum;
using Relayer.Core.Nethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Engine.Sending;

/// <summary>Runs the very call that is to be sent, gas limit and all.</summary>
internal static class Simulation
{
    /// <exception cref="TransactionRefusedException">It would fail.</exception>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public static async Task RequireAsync(IChainClient chain, Address payer, OutgoingCall call, CancellationToken cancellation)
    {
        var outcome = (await Trial.RunAsync(chain, [new EthCall(payer, call.To, call.Data, call.GasLimit, call.Value)], cancellation))[0];
        switch (outcome)
        {
            case CallOutcome.Reverted reverted:
                throw new TransactionRefusedException(KeeperReasons.SimulationReverted, RevertReason.Decode(reverted.Data.Span));
            case CallOutcome.Refused { Error: { Kind: NodeErrorKind.OutOfGas } error }:
                throw new TransactionRefusedException(KeeperReasons.OutOfGas, error.Message);
            case CallOutcome.Refused refused:
                throw new TransactionRefusedException(KeeperReasons.SimulationReverted, refused.Error.Message);
        }
    }
}
