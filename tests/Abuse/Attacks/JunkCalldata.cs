using Abuse.World;

namespace Abuse.Attacks;

/// <summary>Bytes that the call does not need and somebody pays for.</summary>
internal static class JunkCalldata
{
    private const ulong Gas = 100_000;

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("junk", "refused: one encoding only", JunkAsync),
        new("encodings", "refused: one encoding only", EncodingsAsync),
    ];

    /// <summary><c>increment()</c> with anything behind it: zero bytes, dirt, whole words, as much as fits and more.</summary>
    private static Task JunkAsync(Attacker attacker, CancellationToken cancellation)
    {
        var key = attacker.NewKey();
        var size = attacker.Pick(1, 31, 32, 320, 4_092, 4_093, 60_000);
        byte[] junk = attacker.Random.Next(3) == 0 ? new byte[size] : key.Bytes(size);
        return attacker.Poster.RelayAsync(key.Sign(attacker.Field.Relayer.Target, [.. Caller.Encode("increment()"), .. junk], Gas), cancellation);
    }

    /// <summary>Other encodings of the same arguments: dirt in an address, gaps, offsets that point elsewhere, padding that is not zero.</summary>
    private static Task EncodingsAsync(Attacker attacker, CancellationToken cancellation)
    {
        var (key, target) = (attacker.NewKey(), attacker.Field.Relayer.Target);
        byte[] mint = Caller.Encode("safeMint(address)", key.Address);
        byte[] fail = Caller.Encode("fail(string)", "why not");
        byte[] burn = Caller.Encode("burn(uint256)", 1_000UL);
        var post = attacker.Random.Next(6) switch
        {
            0 => key.Sign(attacker.Field.Stack.Contracts.Mint, With(mint, 4 + attacker.Random.Next(12), 0xff), Gas), // above the address
            1 => key.Sign(target, With(fail, fail.Length - 1, 1), Gas), // behind the text
            2 => key.Sign(target, [.. fail[..4], .. Word(64), .. key.Bytes(32), .. fail[36..]], Gas), // a gap before it
            3 => key.Sign(target, [.. burn, .. key.Bytes(attacker.Random.Next(1, 1_000))], Gas),
            4 => key.Sign(target, burn[..^attacker.Random.Next(1, 32)], Gas), // cut off
            _ => key.Sign(target, [.. fail[..4], .. Word(32), .. Word(7), .. fail[68..], .. key.Bytes(32)], Gas), // a tail of its own
        };
        return attacker.Poster.RelayAsync(post, cancellation);
    }

    private static byte[] With(byte[] data, int place, byte dirt)
    {
        byte[] copy = [.. data];
        copy[place] = dirt;
        return copy;
    }

    private static byte[] Word(byte number)
    {
        var word = new byte[32];
        word[31] = number;
        return word;
    }
}
