namespace Relayer.Core.Relay.Forwarders;

/// <summary>Gas that a forwarder uses around the inner calls, beside the transaction's intrinsic gas. Upper bounds, with a margin.</summary>
/// <param name="PerTransaction">Once: dispatch, the checks of <c>msg.value</c>, decoding.</param>
/// <param name="PerRequest">
/// For each: the signature, the nonce's first storage write, asking the target whether it trusts the forwarder, a cold call, the event.
/// </param>
/// <param name="PerDataWord">For each 32 bytes of a request's data: copied to memory and hashed, then copied for the call.</param>
public sealed record ForwarderOverhead(ulong PerTransaction, ulong PerRequest, ulong PerDataWord)
{
    /// <summary>OpenZeppelin's forwarder, version 5.</summary>
    public static ForwarderOverhead OpenZeppelin { get; } = new(10_000, 80_000, 40);

    /// <summary>Infinex's forwarder.</summary>
    public static ForwarderOverhead Infinex { get; } = new(10_000, 80_000, 40);
}
