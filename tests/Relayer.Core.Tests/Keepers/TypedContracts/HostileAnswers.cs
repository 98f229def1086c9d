using System.Buffers.Binary;

namespace Relayer.Core.Tests.Keepers.TypedContracts;

/// <summary>Answers that a contract or a node may make up: real ones with something changed, and words that look like offsets and lengths.</summary>
internal sealed class HostileAnswers(int seed, IReadOnlyList<byte[]> real)
{
    private const int Word = 32;
    private const int MostWords = 64;

    private readonly Random _random = new(seed);

    /// <summary>The most bytes of an answer.</summary>
    public int MostBytes { get; } = Math.Max(MostWords * Word, real.Max(answer => answer.Length) * 2) + Word;

    public byte[] Next()
    {
        var data = real[_random.Next(real.Count)].ToArray();
        return _random.Next(10) switch
        {
            0 => RandomBytes(_random.Next(MostWords * Word)),
            1 => Words(_random.Next(MostWords)),
            2 => data[.._random.Next(data.Length + 1)],
            3 => [.. data, .. RandomBytes(_random.Next(Word + 1))],
            4 => [.. data, .. data],
            5 => Change(Change(data, SetWord), SetWord),
            6 => Change(data, FlipBit),
            _ => Change(data, SetWord),
        };
    }

    private byte[] Change(byte[] data, Action<byte[]> change)
    {
        if (data.Length > 0)
        {
            change(data);
        }

        return data;
    }

    private void FlipBit(byte[] data) => data[_random.Next(data.Length)] ^= (byte)(1 << _random.Next(8));

    // After a selector or not, so that words are hit as they lie in both.
    private void SetWord(byte[] data)
    {
        var from = data.Length % Word == 4 ? 4 : 0;
        if (data.Length >= from + Word)
        {
            LikelyWord().CopyTo(data, from + (_random.Next((data.Length - from) / Word) * Word));
        }
    }

    private byte[] Words(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => LikelyWord())];

    private byte[] LikelyWord()
    {
        var word = new byte[Word];
        switch (_random.Next(8))
        {
            case 0:
                word.AsSpan().Fill(0xff);
                break;
            case 1:
                BinaryPrimitives.WriteInt32BigEndian(word.AsSpan(28), int.MaxValue - _random.Next(64));
                break;
            case 2:
                BinaryPrimitives.WriteInt32BigEndian(word.AsSpan(28), int.MinValue + _random.Next(64));
                break;
            case 3:
                BinaryPrimitives.WriteInt64BigEndian(word.AsSpan(24), (1L << 32) + _random.Next(256));
                break;
            case 4:
                _random.NextBytes(word);
                break;
            default:
                word[^1] = (byte)(_random.Next(2) == 0 ? _random.Next(4) : _random.Next(8) * Word);
                break;
        }

        return word;
    }

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
