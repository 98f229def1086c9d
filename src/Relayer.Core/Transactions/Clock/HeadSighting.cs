using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions.Clock;

/// <summary>What was last seen of a chain's newest block. A pure value.</summary>
/// <param name="Number">Its height.</param>
/// <param name="Timestamp">Its time; the latest, where providers tell several for one height.</param>
/// <param name="BaseFee">Its base fee in wei per gas, if it has one.</param>
/// <param name="SeenAt">When it was last seen to be the newest, by our clock.</param>
/// <param name="Highest">The highest height that was told.</param>
/// <param name="MovedAt">When that last rose; <see langword="null"/> when it was never seen to.</param>
internal sealed record HeadSighting(long Number, DateTimeOffset Timestamp, Wei? BaseFee, DateTimeOffset SeenAt, long Highest, DateTimeOffset? MovedAt)
{
    /// <summary>For so long a lower height is a backend that lags; after that the chain has become shorter.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    /// <summary>The first look.</summary>
    public static HeadSighting Of(BlockHeader header, DateTimeOffset now) => new(header.Number, header.Timestamp, header.BaseFee, now, header.Number, null);

    /// <summary>After a newest block was read.</summary>
    public HeadSighting After(BlockHeader header, DateTimeOffset now)
    {
        if (header.Number < Number)
        {
            return now - SeenAt <= Memory ? this : Of(header, now) with { MovedAt = MovedAt };
        }

        var moved = After(header.Number, now);
        var time = header.Number == Number && header.Timestamp < Timestamp ? Timestamp : header.Timestamp;
        return moved with { Number = header.Number, Timestamp = time, BaseFee = header.BaseFee, SeenAt = now };
    }

    /// <summary>After a height was told, without the block.</summary>
    public HeadSighting After(long height, DateTimeOffset now) =>
        height > Highest ? this with { Highest = height, MovedAt = now }
        : height == Number ? this with { SeenAt = now }
        : this;
}
