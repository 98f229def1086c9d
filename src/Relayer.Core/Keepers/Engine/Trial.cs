using System.Globalization;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Engine;

/// <summary>Runs calls as they would be sent, gas limit and all, and tells what ran out of gas from what the contract refuses.</summary>
/// <remarks>
/// Gas that ends within a call of a contract's own looks like a revert without a reason, or with the contract's words for it. So what reverts with
/// its gas is run once more with four times as much: what then passes wanted gas. Contracts may be hostile, and gas pays for the length of an
/// answer: what is run once more has no more than any keeper's check may have.
/// </remarks>
internal static class Trial
{
    private const ulong More = 4;
    private const ulong MostGas = 10_000_000;

    /// <summary>Runs them on the newest state, one outcome each, in order.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public static Task<IReadOnlyList<CallOutcome>> RunAsync(IChainClient chain, IReadOnlyList<EthCall> calls, CancellationToken cancellation) =>
        RunAsync(calls, some => chain.CallAsync(some, cancellation));

    /// <summary>Runs them on the state after a block, one outcome each, in order.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public static Task<IReadOnlyList<CallOutcome>> RunAsync(IChainClient chain, IReadOnlyList<EthCall> calls, BlockRef at, CancellationToken cancellation) =>
        RunAsync(calls, some => chain.CallAsync(some, at, cancellation));

    /// <summary>What is said of a call that ran out of gas.</summary>
    public static string OutOfGas(ulong? gas) =>
        gas is { } limit ? string.Create(CultureInfo.InvariantCulture, $"out of gas with {limit} gas") : "out of gas";

    private static async Task<IReadOnlyList<CallOutcome>> RunAsync(
        IReadOnlyList<EthCall> calls, Func<IReadOnlyList<EthCall>, Task<IReadOnlyList<CallOutcome>>> run)
    {
        CallOutcome[] outcomes = [.. await run(calls)];
        int[] reverted = [.. Enumerable.Range(0, outcomes.Length).Where(i => calls[i].Gas < MostGas && outcomes[i] is CallOutcome.Reverted)];
        var again = await run([.. reverted.Select(i => calls[i] with { Gas = Math.Min(MostGas, More * calls[i].Gas!.Value) })]);
        for (var i = 0; i < reverted.Length; i++)
        {
            if (again[i] is CallOutcome.Returned)
            {
                outcomes[reverted[i]] = new CallOutcome.Refused(new NodeError(NodeErrorKind.OutOfGas, 0, ""));
            }
        }

        return [.. outcomes.Select((outcome, i) => outcome is CallOutcome.Refused { Error: { Kind: NodeErrorKind.OutOfGas } error }
            ? new CallOutcome.Refused(error with { Message = OutOfGas(calls[i].Gas) })
            : outcome)];
    }
}
