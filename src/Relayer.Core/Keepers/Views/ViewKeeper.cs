using Nethereum.Web3;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Nethereum;

namespace Relayer.Core.Keepers.Views;

/// <summary>A keeper that looks at a view and acts if something is due. Everything else is the framework's: see <c>docs/keepers.md</c>.</summary>
/// <remarks>
/// One is made for each chain that has its section, with what its constructor asks of DI. It keeps nothing that must not be lost: another
/// instance may do the next piece of its work.
/// </remarks>
/// <typeparam name="TOptions">Its options.</typeparam>
public abstract class ViewKeeper<TOptions>
    where TOptions : ViewKeeperOptions
{
    /// <summary>
    /// Says all that is due now. Asked each <see cref="ViewKeeperOptions.Every"/>, and again right before anything is sent: what is not due any more
    /// by then was done by somebody else. A node's or a contract's refusal may be left to fly: it is told as <c>check_failed</c>.
    /// </summary>
    /// <param name="web3">The chain, to read.</param>
    /// <param name="options">The options for this chain.</param>
    /// <param name="cancellation">Stops it; reads with <paramref name="web3"/> heed it by themselves.</param>
    protected abstract Task<IReadOnlyList<DueWork>> LookAsync(IWeb3 web3, TOptions options, CancellationToken cancellation);

    /// <summary>
    /// Does a piece of work whose <see cref="DueWork.Call"/> is missing, by sending one transaction with <paramref name="web3"/>. It is called when
    /// the work may be done at all; what it sends is simulated, and refused with <see cref="TransactionRefusedException"/> where a budget does not cover it.
    /// Waiting for the receipt is possible, and holds this keeper's run up until then.
    /// </summary>
    /// <param name="web3">The chain, to read and to send.</param>
    /// <param name="options">The options for this chain.</param>
    /// <param name="work">What is due.</param>
    /// <param name="cancellation">Stops it.</param>
    protected virtual Task ActAsync(IWeb3 web3, TOptions options, DueWork work, CancellationToken cancellation) =>
        throw new NotSupportedException($"{GetType().Name} says of no call that does {work?.Key}: give one, or override ActAsync.");

    /// <summary>Looks, for the framework.</summary>
    internal Task<IReadOnlyList<DueWork>> LookForAsync(IWeb3 web3, TOptions options, CancellationToken cancellation) =>
        LookAsync(web3, options, cancellation);

    /// <summary>Acts, for the framework.</summary>
    internal Task ActForAsync(IWeb3 web3, TOptions options, DueWork work, CancellationToken cancellation) =>
        ActAsync(web3, options, work, cancellation);
}
