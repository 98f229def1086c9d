using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Agreement;

/// <summary>What a chain's providers agree on about some heights and the transactions there, and what they do not.</summary>
public sealed class AgreedReading
{
    private readonly Dictionary<long, CanonicalBlock> _blocks;
    private readonly Dictionary<Hash32, CanonicalReceipt> _receipts;

    private AgreedReading(Dictionary<long, CanonicalBlock> blocks, Dictionary<Hash32, CanonicalReceipt> receipts, IReadOnlyList<Disagreement> disagreements) =>
        (_blocks, _receipts, Disagreements) = (blocks, receipts, disagreements);

    /// <summary>Nothing was asked.</summary>
    public static AgreedReading Nothing { get; } = new([], [], []);

    /// <summary>Where they contradicted each other, whether or not enough agreed.</summary>
    public IReadOnlyList<Disagreement> Disagreements { get; }

    /// <summary>The canonical block at a height; <see langword="null"/> where nobody has it, or not enough of them agree.</summary>
    public CanonicalBlock? BlockAt(long height) => _blocks.GetValueOrDefault(height);

    /// <summary>What a transaction did; <see langword="null"/> where not enough of them say the same of it, in a block that is canonical.</summary>
    public CanonicalReceipt? ReceiptOf(Hash32 hash) => _receipts.GetValueOrDefault(hash);

    /// <summary>Puts together what each said. Pure.</summary>
    /// <param name="heights">The heights asked about.</param>
    /// <param name="blocks">Each provider's hashes there.</param>
    /// <param name="receipts">Each provider's receipts, by transaction.</param>
    /// <param name="operators">How many operators they have.</param>
    internal static AgreedReading Of(
        IReadOnlyList<long> heights, IReadOnlyList<Told<Hash32?[]>> blocks, ILookup<Hash32, Told<TransactionReceipt>> receipts, int operators)
    {
        var canon = new Dictionary<long, CanonicalBlock>();
        var agreed = new Dictionary<Hash32, CanonicalReceipt>();
        var disagreements = new List<Disagreement>();
        for (var i = 0; i < heights.Count; i++)
        {
            var place = i;
            Told<Hash32>[] told = [.. blocks.Where(answer => answer.Value[place] is not null).Select(answer => answer.Select(hashes => hashes[place]!.Value))];
            var block = CanonicalBlock.Agreed(heights[i], told, operators);
            if (block is not null)
            {
                canon[block.Number] = block;
            }

            Note(disagreements, DisagreementKind.Block, default, heights[i], told, block?.Hash);
        }

        foreach (var said in receipts)
        {
            Told<TransactionReceipt>[] told = [.. said];
            foreach (var block in told.Select(answer => canon.GetValueOrDefault(answer.Value.BlockNumber)).OfType<CanonicalBlock>().Distinct())
            {
                Told<TransactionReceipt>[] pinned = [.. told.Where(answer => answer.Value.BlockHash == block.Hash)];
                var receipt = CanonicalReceipt.Agreed(block, pinned, operators);
                if (receipt is not null)
                {
                    agreed[said.Key] = receipt;
                }

                Note(
                    disagreements, DisagreementKind.Receipt, said.Key, block.Number, [.. pinned.Select(answer => answer.Select(ReceiptContent.Of))],
                    receipt is null ? null : ReceiptContent.Of(receipt.Receipt));
            }

            Note(
                disagreements, DisagreementKind.Place, said.Key, told.Min(answer => answer.Value.BlockNumber),
                [.. told.Select(answer => answer.Select(receipt => receipt.BlockHash))], agreed.GetValueOrDefault(said.Key)?.Block.Hash);
        }

        return new(canon, agreed, disagreements);
    }

    private static void Note<T>(List<Disagreement> found, DisagreementKind what, Hash32? subject, long height, Told<T>[] told, T? believed)
        where T : struct
    {
        if (told.DistinctBy(answer => answer.Value).Skip(1).Any())
        {
            found.Add(new(
                what, subject?.ToArray() ?? [], height,
                [.. told.Select(answer => new Statement(answer.Provider, answer.Operator, answer.Value.ToString()!, answer.Value.Equals(believed)))]));
        }
    }
}
