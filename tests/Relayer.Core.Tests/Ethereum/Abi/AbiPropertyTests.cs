using System.Numerics;
using DevChain.Abi;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Tests.Ethereum.Abi;

public sealed class AbiPropertyTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void What_is_encoded_decodes_to_itself_whatever_the_type() =>
        Prop.ForAll(Cases().ToArbitrary(), each =>
        {
            var tuple = new AbiType.Tuple([each.Type]);
            var data = AbiEncoder.Encode(tuple, each.Value);
            return AbiDecoder.TryDecode(tuple, data, out var values) && values.Single() == each.Value
                && AbiType.Parse(each.Type.ToString()).Equals(each.Type) && data.Length % AbiWriter.Word == 0;
        }).Check(Runs);

    [Fact]
    public void Any_bytes_either_decode_to_what_encodes_to_them_or_are_refused() =>
        Prop.ForAll(Cases().ToArbitrary(), Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf().ToArbitrary(), (each, noise) =>
        {
            var tuple = new AbiType.Tuple([each.Type]);
            var data = AbiEncoder.Encode(tuple, each.Value);
            for (var i = 0; i < Math.Min(noise.Length, data.Length); i++)
            {
                data[(noise[i] * 31) % data.Length] = noise[i];
            }

            return !AbiDecoder.TryDecode(tuple, data, out var values) || AbiEncoder.Encode(tuple, values).SequenceEqual(data);
        }).Check(Runs);

    private sealed record Case(AbiType Type, AbiValue Value);

    private static Gen<Case> Cases() => Types(3).SelectMany(type => Values(type).Select(value => new Case(type, value)));

    private static Gen<AbiType> Types(int depth)
    {
        var elementary = Gen.OneOf(
            Gen.Choose(1, 32).Select(n => (AbiType)new AbiType.Number(8 * n, false)),
            Gen.Choose(1, 32).Select(n => (AbiType)new AbiType.Number(8 * n, true)),
            Gen.Choose(1, 32).Select(n => (AbiType)new AbiType.FixedBytes(n)),
            Gen.Elements<AbiType>(new AbiType.Account(), new AbiType.Flag(), new AbiType.Blob(), new AbiType.Text()));
        if (depth == 0)
        {
            return elementary;
        }

        var inner = Types(depth - 1);
        return Gen.OneOf(
            elementary,
            inner.Select(type => (AbiType)new AbiType.Array(type, null)),
            inner.SelectMany(type => Gen.Choose(1, 3).Select(n => (AbiType)new AbiType.Array(type, n))),
            inner.NonEmptyListOf().Select(types => (AbiType)new AbiType.Tuple([.. types.Take(4)])));
    }

    private static Gen<AbiValue> Values(AbiType type) => type switch
    {
        AbiType.Number { IsSigned: false } number => Bytes(number.Bits / 8).Select(b => (AbiValue)new BigInteger(b, true)),
        AbiType.Number number => Bytes(number.Bits / 8).Select(b => (AbiValue)new BigInteger(b)),
        AbiType.Account => Bytes(Address.Size).Select(b => (AbiValue)new Address(b)),
        AbiType.Flag => Gen.Elements(true, false).Select(b => (AbiValue)b),
        AbiType.FixedBytes bytes => Bytes(bytes.Length).Select(b => (AbiValue)b),
        AbiType.Blob => Gen.Choose(0, 70).SelectMany(Bytes).Select(b => (AbiValue)b),
        AbiType.Text => Gen.Elements("", "a", "λ", "🜁", "\0", "thirty-one bytes and some more text").ArrayOf()
            .Select(parts => (AbiValue)string.Concat(parts)),
        AbiType.Tuple tuple => Gen.CollectToArray(tuple.Members.Select(Values)).Select(AbiValue.Of),
        AbiType.Array { Length: { } length } array => Values(array.Element).ArrayOf(length).Select(AbiValue.Of),
        AbiType.Array array => Gen.Choose(0, 4).SelectMany(n => Values(array.Element).ArrayOf(n)).Select(AbiValue.Of),
        _ => throw new InvalidOperationException($"no such type: {type}"),
    };

    private static Gen<byte[]> Bytes(int length) => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length);
}
