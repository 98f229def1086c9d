using System.Numerics;
using DevChain.Abi;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum.Abi;

public sealed class AbiMalformedTests
{
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string Offset = "0000000000000000000000000000000000000000000000000000000000000020";
    private const string Huge = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    private const string MaxInt = "000000000000000000000000000000000000000000000000000000007fffffff";
    private const string SignBit = "0000000000000000000000000000000000000000000000000000000080000000";

    [Theory]
    [InlineData("(uint256)", "", "no data")]
    [InlineData("(uint8)", "0000000000000000000000000000000000000000000000000000000000000100", "above the range")]
    [InlineData("(int8)", "0000000000000000000000000000000000000000000000000000000000000080", "not sign-extended")]
    [InlineData("(int8)", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "below the range")]
    [InlineData("(bool)", "0000000000000000000000000000000000000000000000000000000000000002", "neither true nor false")]
    [InlineData("(address)", "0000000000000000000000010000000000000000000000000000000000000000", "21 bytes")]
    [InlineData("(bytes4)", "0102030405000000000000000000000000000000000000000000000000000000", "padding not zero")]
    [InlineData("(bytes)", Huge, "offset beyond everything")]
    [InlineData("(bytes)", Zero, "offset into the head")]
    [InlineData("(bytes)", Offset, "no length")]
    [InlineData("(bytes)", "0000000000000000000000000000000000000000000000000000000000000021" + Zero + Zero, "offset off the word")]
    [InlineData("(bytes)", "0000000000000000000000000000000000000000000000000000000000000040" + Zero + Zero, "a gap before the tail")]
    [InlineData("(bytes)", Offset + Huge, "endless length")]
    [InlineData("(bytes)", Offset + MaxInt, "length beyond the data")]
    [InlineData("(bytes)", Offset + SignBit, "length that would turn negative")]
    [InlineData("(bytes)", Offset + One, "no bytes for the length")]
    [InlineData("(bytes)", Offset + One + "61", "padding missing")]
    [InlineData("(bytes)", Offset + One + "6161000000000000000000000000000000000000000000000000000000000000", "padding not zero")]
    [InlineData("(string)", Offset + One + "ff00000000000000000000000000000000000000000000000000000000000000", "not UTF-8")]
    [InlineData("(uint256[])", Offset + MaxInt, "count beyond the data")]
    [InlineData("(uint256[])", Offset + Huge, "endless count")]
    [InlineData("(bytes[])", Offset + One + Zero, "an element that points at its own offset")]
    [InlineData("(uint256[][])", Offset + One + Zero + Zero, "an array that holds itself")]
    [InlineData("(bytes,bytes)",
        "0000000000000000000000000000000000000000000000000000000000000040"
        + "0000000000000000000000000000000000000000000000000000000000000040" + Zero, "two offsets to the same bytes")]
    [InlineData("((uint256,bytes)[2])", Offset + Offset + Offset, "a static array of dynamic tuples cut off")]
    public void Malformed_data_is_refused(string types, string data, string why)
    {
        var refused = !AbiDecoder.TryDecode((AbiType.Tuple)AbiType.Parse(types), Convert.FromHexString(data), out var values, true);

        Assert.True(refused, why);
        Assert.Null(values);
    }

    [Fact]
    public void A_bomb_of_arrays_that_share_their_elements_is_refused_at_once()
    {
        // Each level points twice at the next: 2^15 arrays from some hundred bytes, were sharing allowed.
        var type = (AbiType.Tuple)AbiType.Parse("(uint256" + string.Concat(Enumerable.Repeat("[]", 14)) + ")");
        var level = "0000000000000000000000000000000000000000000000000000000000000002"
            + "0000000000000000000000000000000000000000000000000000000000000040"
            + "0000000000000000000000000000000000000000000000000000000000000040";
        var data = Convert.FromHexString(Offset + string.Concat(Enumerable.Repeat(level, 13)) + Zero);

        Assert.False(AbiDecoder.TryDecode(type, data, out _));
    }

    [Fact]
    public void Values_that_are_not_of_their_type_are_not_encoded()
    {
        AssertRefused("uint8", 256UL);
        AssertRefused("uint8", BigInteger.MinusOne);
        AssertRefused("int8", 128UL);
        AssertRefused("int8", new BigInteger(-129));
        AssertRefused("uint256", BigInteger.One << 256);
        AssertRefused("uint256", "1");
        AssertRefused("address", 1UL);
        AssertRefused("bool", 1UL);
        AssertRefused("bytes4", new byte[5]);
        AssertRefused("bytes", "text");
        AssertRefused("string", new byte[1]);
        AssertRefused("uint256[2]", AbiValue.Of(1UL));
        AssertRefused("uint256[]", 1UL);
        AssertRefused("(uint256,bool)", AbiValue.Of(1UL));
        AssertRefused("(uint256,bool)", AbiValue.Of(true, 1UL));
        Assert.Throws<ArgumentException>(() => AbiSignature.Parse("f(uint256)").Encode());
    }

    [Fact]
    public void Reading_a_value_as_another_kind_says_so()
    {
        AbiValue number = 1UL;
        AbiValue negative = BigInteger.MinusOne;

        Assert.Throws<InvalidOperationException>(() => number.AsAddress());
        Assert.Throws<OverflowException>(() => negative.AsUInt256());
        Assert.Throws<OverflowException>(() => ((AbiValue)UInt256.MaxValue).AsUInt64());
    }

    private static void AssertRefused(string type, AbiValue value) =>
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode(new AbiType.Tuple([AbiType.Parse(type)]), value));
}
