using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>What several providers' answers about one account's nonce amount to. Pure.</summary>
internal static class NonceAgreement
{
    /// <summary>What providers say; those of one operator count as one.</summary>
    /// <param name="answers">Each provider's nonce; at least one.</param>
    /// <param name="operators">How many operators are configured, not how many answer.</param>
    public static ulong Of(IReadOnlyList<Told<ulong>> answers, int operators)
    {
        (long Head, ulong Nonce)[] voices = [.. answers.GroupBy(answer => answer.Operator).Select(same => (
            same.Max(answer => answer.Head), OfEach([.. same.Select(answer => (answer.Head, answer.Value))])))];
        return operators < Quorum.Outvoting ? OfEach(voices)

            // Fewer than a quorum: one of them may be lying, and too low is mended.
            : voices.Length < Quorum.SizeOf(operators) ? voices.Min(voice => voice.Nonce)
            : voices.Select(voice => voice.Nonce).OrderDescending().ElementAt(Quorum.SizeOf(operators) - 1);
    }

    /// <summary>
    /// With three or more the highest that more than half of them reach, so that no minority moves it either way. With two the highest, since a
    /// nonce only rises and who says less has not seen the newest block: unless who says less has seen that block. Too low a nonce is
    /// refused by the chain and mended; too high a one would leave a gap that strands what comes after.
    /// </summary>
    /// <param name="answers">Each one's height and the nonce there; at least one.</param>
    private static ulong OfEach(IReadOnlyList<(long Head, ulong Nonce)> answers) => answers switch
    {
        [var only] => only.Nonce,
        [var one, var other] => OfTwo(one, other),
        _ => answers.Select(answer => answer.Nonce).OrderDescending().ElementAt(answers.Count / 2),
    };

    private static ulong OfTwo((long Head, ulong Nonce) one, (long Head, ulong Nonce) other)
    {
        var (less, more) = one.Nonce <= other.Nonce ? (one, other) : (other, one);
        return less.Head >= more.Head ? less.Nonce : more.Nonce;
    }
}
