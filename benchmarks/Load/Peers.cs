using DevChain;

namespace Load;

/// <summary>What the node itself takes, for comparison.</summary>
internal static class Peers
{
    public static Task<IReadOnlyList<PeerResult>> MeasureAsync(
        DevStack stack, ChainWatch watch, Traffic traffic, TimeSpan duration, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<PeerResult>>([]);
}
