using System.Buffers.Binary;
using System.Numerics;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Tests.Ethereum.Abi;

/// <summary>
/// The checker of calldata against an oracle that shares nothing with it: what decodes to values that encode to the very same bytes. Types,
/// values and what is done to the bytes are random, and hostile where it hurts: offsets, lengths, padding, upper bits, tails.
/// </summary>
public sealed class CalldataShapeFuzzTests
{
    private const int Cases = 120_000;

    private readonly Random _random = new(2771);

    [Fact]
    public void It_agrees_with_decoding_and_encoding_again_on_whatever_is_done_to_calldata()
    {
        var (taken, refused) = (0, 0);
        for (var i = 0; i < Cases / 30; i++)
        {
            var types = new AbiType.Tuple([.. Enumerable.Range(0, _random.Next(4)).Select(_ => Type(3))]);
            var signature = $"f{(types.Members.Count == 0 ? "()" : types.ToString())}";
            Assert.True(CalldataShape.TryCompile(signature, out var shape), signature);
            var encoded = AbiEncoder.Encode(types, [.. types.Members.Select(Value)]);
            for (var j = 0; j < 30; j++)
            {
                var arguments = j == 0 ? encoded : Spoil(encoded);
                var isCanonical = AbiDecoder.TryDecode(types, arguments, out var values) && AbiEncoder.Encode(types, values).SequenceEqual(arguments);
                var fault = shape.Check([1, 2, 3, 4, .. arguments]);

                Assert.True(isCanonical == fault is null, $"{signature}: {Hex.Encode(arguments)} is {(isCanonical ? "" : "not ")}canonical, but {fault}");
                Assert.InRange(fault?.Position ?? 4, 4, arguments.Length + 4);
                _ = isCanonical ? taken++ : refused++;
            }
        }

        // Neither side of it may be all there was.
        Assert.True(taken > Cases / 30 && refused > Cases / 3, $"{taken} taken, {refused} refused");
    }

    [Fact]
    public void Noise_of_any_length_is_never_worse_than_refused()
    {
        CalldataShape[] shapes = [.. Enumerable.Range(0, 50).Select(_ => CalldataShape.TryCompile($"f({Type(4)})", out var shape) ? shape : throw new InvalidOperationException())];
        for (var i = 0; i < 20_000; i++)
        {
            var noise = new byte[_random.Next(400)];
            _random.NextBytes(noise);
            for (var at = 4; at + 32 <= noise.Length; at += 32)
            {
                noise.AsSpan(at, _random.Next(33)).Clear();
            }

            Assert.All(shapes[(i % 50)..((i % 50) + 1)], shape => Assert.InRange(shape.Check(noise)?.Position ?? 0, 0, noise.Length));
        }
    }

    private byte[] Spoil(byte[] encoded)
    {
        var data = encoded.ToArray();
        for (var times = _random.Next(1, 3); times > 0; times--)
        {
            var words = data.Length / 32;
            var at = words == 0 ? 0 : _random.Next(words) * 32;
            switch (_random.Next(9))
            {
                case 0 when data.Length > 0:
                    data[_random.Next(data.Length)] = (byte)_random.Next(256);
                    break;
                case 1 when words > 0:
                    Hostile().CopyTo(data, at);
                    break;
                case 2 when words > 0: // Near to what is right.
                    var near = BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(at + 28)) + (_random.Next(-2, 3) * (_random.Next(2) == 0 ? 1 : 32));
                    BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(at + 28), near);
                    break;
                case 3:
                    data = data[.._random.Next(data.Length + 1)];
                    break;
                case 4:
                    data = [.. data, .. new byte[_random.Next(70)]];
                    break;
                case 5 when words > 0: // A gap, with zeros or with what stands there.
                    data = [.. data[..at], .. _random.Next(2) == 0 ? new byte[32] : data[at..(at + 32)], .. data[at..]];
                    break;
                case 6 when words > 0:
                    data = [.. data[..at], .. data[(at + 32)..]];
                    break;
                case 7 when words > 1:
                    var other = _random.Next(words) * 32;
                    data.AsSpan(other, 32).ToArray().CopyTo(data, at);
                    break;
                case 8 when words > 0: // Only the upper bits.
                    data[at + _random.Next(31)] ^= (byte)(1 << _random.Next(8));
                    break;
                default:
                    break;
            }
        }

        return data;
    }

    private byte[] Hostile()
    {
        BigInteger[] words =
        [
            0, 1, 31, 32, 33, 64, 96, int.MaxValue, (BigInteger)int.MaxValue + 1, uint.MaxValue, (BigInteger)uint.MaxValue + 33, ulong.MaxValue,
            BigInteger.One << 255, (BigInteger.One << 256) - 1, (BigInteger.One << 256) - 32, (BigInteger.One << 32) + 32,
        ];
        var word = new byte[32];
        UInt256.From(words[_random.Next(words.Length)]).WriteBigEndian(word);
        return word;
    }

    /// <summary>No <c>string</c>: a contract does not look whether its bytes are text, the oracle does. Its layout is that of <c>bytes</c>.</summary>
    private AbiType Type(int depth) => _random.Next(depth == 0 ? 6 : 10) switch
    {
        0 => new AbiType.Number(8 * _random.Next(1, 33), false),
        1 => new AbiType.Number(8 * _random.Next(1, 33), true),
        2 => new AbiType.FixedBytes(_random.Next(1, 33)),
        3 => new AbiType.Account(),
        4 => new AbiType.Flag(),
        5 => new AbiType.Blob(),
        6 => new AbiType.Array(Type(depth - 1), null),
        7 => new AbiType.Array(Type(depth - 1), _random.Next(1, 4)),
        _ => new AbiType.Tuple([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Type(depth - 1))]),
    };

    private AbiValue Value(AbiType type) => type switch
    {
        AbiType.Number number => new BigInteger(Bytes(number.Bits / 8), !number.IsSigned),
        AbiType.Account => new Address(Bytes(Address.Size)),
        AbiType.Flag => _random.Next(2) == 0,
        AbiType.FixedBytes bytes => Bytes(bytes.Length),
        AbiType.Blob => Bytes(_random.Next(70)),
        AbiType.Tuple tuple => AbiValue.Of([.. tuple.Members.Select(Value)]),
        AbiType.Array array => AbiValue.Of([.. Enumerable.Range(0, array.Length ?? _random.Next(4)).Select(_ => Value(array.Element))]),
        _ => throw new InvalidOperationException($"no such type: {type}"),
    };

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
