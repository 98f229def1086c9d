namespace Relayer.Core.Relay.Forwarders;

/// <summary>Gas that a forwarder uses around the inner calls, beside the transaction's intrinsic gas. Upper bounds, with a margin.</summary>
/// <param name="PerTransaction">Once: dispatch, the check of <c>msg.value</c>, the loop.</param>
/// <param name="PerRequest">
/// For each: the signature, the nonce's first storage write (22,100), asking the target whether it trusts the forwarder,
/// a cold call, the event.
/// </param>
/// <param name="PerDataWord">For each 32 bytes of a request's data: copied and hashed, copied again for the call. Memory is counted apart.</param>
/// <remarks>
/// Measured as gas used - intrinsic gas - gas used by the inner calls (<c>debug_traceCall</c> on anvil 1.7.1, Cancun, where no
/// calldata floor hides it), fresh signers, a target that answers the trust question for 290 gas, single calls and batches of five,
/// 0 to 1,024 words of data, inner calls that succeed and that burn all their gas:
/// OpenZeppelin 5.7.0 used 35,037 for one, 35,919 at most for a batch of one and 33,424 for each further request to the same target;
/// a contract of ours in the Infinex dialect 33,997, 34,917 and 32,442; both 12 gas for each data word.
/// What stands here adds 15,000 gas for a target that answers through proxies, and a margin.
/// </remarks>
public sealed record ForwarderOverhead(ulong PerTransaction, ulong PerRequest, ulong PerDataWord)
{
    /// <summary>OpenZeppelin's forwarder, version 5.</summary>
    public static ForwarderOverhead OpenZeppelin { get; } = new(5_000, 55_000, 16);

    /// <summary>Infinex's forwarder. It asks the target nothing; the deployed one was not measured, so the reserve stays as margin.</summary>
    public static ForwarderOverhead Infinex { get; } = new(5_000, 55_000, 16);
}
