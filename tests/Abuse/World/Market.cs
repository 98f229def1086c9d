using System.Globalization;
using System.Numerics;
using DevChain;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>The weather on the chain: fees that jump, blocks that are taken back, another proposer.</summary>
internal sealed class Market(AnvilNode node, Blocks blocks, Random random)
{
    /// <summary>Blocks on top of a transaction's own before it counts.</summary>
    public const int Confirmations = 2;

    /// <summary>
    /// The most blocks that are taken back: as many as may be, so that what has just been counted is the newest block of those that stay. What a deeper reorganisation does is no question of budgets: what was charged is not charged
    /// anew when the same bytes are mined again for another price.
    /// </summary>
    public const int Deepest = Confirmations;

    private static readonly BigInteger Gwei = 1_000_000_000;

    public int Spikes { get; private set; }

    /// <summary>Until it is told to end; then gas is cheap, so that everything under way can end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(random.Next(200, 900), end);
                switch (random.Next(12))
                {
                    case < 7: // Within what was offered: what is mined costs nearly what it held.
                        await node.SetNextBaseFeeAsync(Gwei * random.Next(5, 20) / 10, end);
                        break;
                    case < 9: // Far above, for a few blocks: what is under way is replaced, and what comes meanwhile holds much.
                        Spikes++;
                        await node.SetNextBaseFeeAsync(Gwei * random.Next(4, 30), end);
                        await Task.Delay(random.Next(500, 4_000), end);
                        await CalmAsync(end);
                        break;
                    case < 11:
                        await blocks.ReorganiseAsync(random.Next(1, Deepest + 1), end);
                        break;
                    default:
                        await node.Rpc.SendAsync("anvil_setCoinbase", [$"0x{random.Next(2).ToString("x40", CultureInfo.InvariantCulture)}"], end);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            await CalmAsync(CancellationToken.None);
        }
    }

    private Task CalmAsync(CancellationToken cancellation) => node.SetNextBaseFeeAsync(Gwei, cancellation);
}
