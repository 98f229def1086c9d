using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Rlp;

namespace Relayer.Core.Tests.Ethereum.Rlp;

public sealed class RlpTests
{
    /// <summary>From ethereum/tests, RLPTests/rlptest.json.</summary>
    public static TheoryData<string, string> Published
    {
        get
        {
            const string lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing eli";
            var words = Enumerable.Repeat(new[] { "asdf", "qwer", "zxcv" }, 4).SelectMany(each => each).Select(RlpTree.Of).ToArray();
            var triple = RlpTree.List(words[..3]);
            static string Pair(int i) => $"846b65793{i}8476616c3{i}";
            return Rows(
                (RlpTree.Of(""), "0x80"),
                (RlpTree.Of("\0"), "0x00"),
                (RlpTree.Of("\u0001"), "0x01"),
                (RlpTree.Of("\u007f"), "0x7f"),
                (RlpTree.Of("dog"), "0x83646f67"),
                (RlpTree.Of(lorem), "0xb7" + Text(lorem)),
                (RlpTree.Of(lorem + "t"), "0xb838" + Text(lorem + "t")),
                (RlpTree.Of(new string('a', 1024)), "0xb90400" + Text(new string('a', 1024))),
                (RlpTree.List(), "0xc0"),
                (RlpTree.List(RlpTree.Of("dog"), RlpTree.Of("god"), RlpTree.Of("cat")), "0xcc83646f6783676f6483636174"),
                (RlpTree.List(RlpTree.Of("zw"), RlpTree.List(RlpTree.Of((byte)4)), RlpTree.Of((byte)1)), "0xc6827a77c10401"),
                (RlpTree.List(words[..11]), "0xf7" + string.Concat(words[..11].Select(w => Hex.Encode(w.Encode())[2..]))),
                (RlpTree.List(triple, triple, triple, triple),
                    "0xf840" + string.Concat(Enumerable.Repeat("cf84617364668471776572847a786376", 4))),
                (RlpTree.List([.. Enumerable.Repeat(triple, 32)]),
                    "0xf90200" + string.Concat(Enumerable.Repeat("cf84617364668471776572847a786376", 32))),
                (RlpTree.List(RlpTree.List(RlpTree.List(), RlpTree.List()), RlpTree.List()), "0xc4c2c0c0c0"),
                (RlpTree.List(
                    RlpTree.List(),
                    RlpTree.List(RlpTree.List()),
                    RlpTree.List(RlpTree.List(), RlpTree.List(RlpTree.List()))), "0xc7c0c1c0c3c0c1c0"),
                (RlpTree.List([.. Enumerable.Range(1, 4).Select(i => RlpTree.List(RlpTree.Of($"key{i}"), RlpTree.Of($"val{i}")))]),
                    "0xec" + string.Concat(Enumerable.Range(1, 4).Select(i => "ca" + Pair(i)))));
        }
    }

    /// <summary>The numbers of the same file.</summary>
    [Theory]
    [InlineData("0", "0x80")]
    [InlineData("1", "0x01")]
    [InlineData("16", "0x10")]
    [InlineData("79", "0x4f")]
    [InlineData("127", "0x7f")]
    [InlineData("128", "0x8180")]
    [InlineData("1000", "0x8203e8")]
    [InlineData("100000", "0x830186a0")]
    [InlineData("83729609699884896815286331701780722", "0x8f102030405060708090a0b0c0d0e0f2")]
    [InlineData(
        "105315505618206987246253880190783558935785933862974822347068935681",
        "0x9c0100020003000400050006000700080009000a000b000c000d000e01")]
    public void Published_numbers_encode_and_decode(string number, string encoded)
    {
        var value = UInt256.Parse(number);
        var buffer = new byte[RlpLength.Of(value)];
        var writer = new RlpWriter(buffer);
        writer.Write(value);
        Assert.Equal(encoded, Hex.Encode(buffer));
        var reader = new RlpReader(buffer);
        Assert.True(reader.TryReadNumber(out UInt256 read) && reader.TryEnd());
        Assert.Equal(value, read);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_items_decode_and_encode_again(string shown, string encoded)
    {
        Assert.True(RlpTree.TryDecode(Hex.Decode(encoded), out var tree, out _), shown);
        Assert.Equal(encoded, Hex.Encode(tree!.Encode()));
        Assert.Equal(shown, Show(tree));
    }

    [Fact]
    public void Random_items_encode_and_decode_as_in_viem() =>
        Assert.All(PrimitiveVectors.Of("rlp", 250), each =>
        {
            var tree = RlpTree.From(each.GetProperty("item"));
            Assert.Equal(each.Text("encoded"), Hex.Encode(tree.Encode()));
            Assert.True(RlpTree.TryDecode(each.Bytes("encoded"), out var read, out _));
            Assert.True(tree.Same(read));
        });

    [Fact]
    public void Whatever_is_written_is_read_back() =>
        Prop.ForAll(Trees(4).ToArbitrary(), tree => RlpTree.TryDecode(tree.Encode(), out var read, out _) && tree.Same(read))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Sixty_four_bit_numbers_come_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), number =>
        {
            var buffer = new byte[RlpLength.Of(number)];
            var writer = new RlpWriter(buffer);
            writer.Write(number);
            var reader = new RlpReader(buffer);
            return reader.TryReadNumber(out ulong read) && reader.TryEnd() && read == number && RlpLength.Of((UInt256)number) == buffer.Length;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_buffer_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
        {
            var writer = new RlpWriter(new byte[3]);
            writer.Write("dog"u8);
        });

    private static Gen<RlpTree> Trees(int depth)
    {
        var strings = Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(54, 57), Gen.Choose(254, 258))
            .SelectMany(size => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(size)).Select(bytes => RlpTree.Of(bytes));
        return depth == 0
            ? strings
            : Gen.OneOf(
                strings,
                Gen.Choose(0, 6).SelectMany(count => Trees(depth - 1).ArrayOf(count)).Select(items => RlpTree.List(items)));
    }

    private static TheoryData<string, string> Rows(params (RlpTree Tree, string Encoded)[] rows)
    {
        var data = new TheoryData<string, string>();
        foreach (var (tree, encoded) in rows)
        {
            data.Add(Show(tree), encoded);
        }

        return data;
    }

    private static string Show(RlpTree tree) =>
        tree.Items is null ? Hex.Encode(tree.Bytes) : "[" + string.Join(',', tree.Items.Select(Show)) + "]";

    private static string Text(string ascii) => Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(ascii));
}
