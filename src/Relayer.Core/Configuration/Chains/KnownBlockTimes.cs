namespace Relayer.Core.Configuration.Chains;

/// <summary>The time between two blocks, of chains that make them whether or not there is anything to put in.</summary>
/// <remarks>
/// Not here: chains that make a block only when somebody sends something, such as zkSync, Avalanche and most chains on Arbitrum's stack, and those of which it is not known.
/// A block of theirs that is old says nothing by itself.
/// </remarks>
internal static class KnownBlockTimes
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Two = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<long, TimeSpan> Times = new()
    {
        // Ethereum and its test networks: a slot, and now and then one that is missed.
        [1] = Slot,
        [11155111] = Slot,
        [560048] = Slot,

        // The OP stack's default, and chains on it: OP Mainnet, Base, Mode, Zora, Blast, World Chain, Mantle; two test networks.
        [10] = Two,
        [8453] = Two,
        [34443] = Two,
        [7777777] = Two,
        [81457] = Two,
        [480] = Two,
        [5000] = Two,
        [84532] = Two,
        [11155420] = Two,

        // The same with blocks of a second: Unichain and its test network, Ink.
        [130] = TimeSpan.FromSeconds(1),
        [1301] = TimeSpan.FromSeconds(1),
        [57073] = TimeSpan.FromSeconds(1),

        // Polygon PoS and its test network, BNB and its test network (three seconds once, less today), Gnosis.
        [137] = Two,
        [80002] = Two,
        [56] = TimeSpan.FromSeconds(3),
        [97] = TimeSpan.FromSeconds(3),
        [100] = TimeSpan.FromSeconds(5),

        // Arbitrum One makes blocks on demand, four in a second at most, and somebody always sends something.
        [42161] = TimeSpan.FromSeconds(1),
    };

    /// <summary>The block time of a chain by its id; <see langword="null"/> where it is not known, or where blocks come on demand.</summary>
    public static TimeSpan? Find(long chainId) => Times.TryGetValue(chainId, out var time) ? time : null;
}
