using DevChain.Abi;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.Model;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Tests.Ethereum.Abi;

/// <summary>Which calldata is the one encoding of a function's arguments, case by case; <see cref="CalldataShapeFuzzTests"/> goes further.</summary>
public sealed class CalldataShapeTests
{
    private const string Selector = "0x01020304";
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string Ones = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    private const string Offset32 = "0000000000000000000000000000000000000000000000000000000000000020";
    private const string Offset64 = "0000000000000000000000000000000000000000000000000000000000000040";
    private const string Offset96 = "0000000000000000000000000000000000000000000000000000000000000060";
    private const string Huge = "00000000000000000000000000000000000000000000000000000000ffffffff";
    private const string A = "6100000000000000000000000000000000000000000000000000000000000000";

    [Theory]
    [InlineData("f()", "")]
    [InlineData("f(uint256)", Ones)]
    [InlineData("f(uint8)", "00000000000000000000000000000000000000000000000000000000000000ff")]
    [InlineData("f(int8)", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80")]
    [InlineData("f(int8)", "000000000000000000000000000000000000000000000000000000000000007f")]
    [InlineData("f(int256)", Ones)]
    [InlineData("f(bool)", One)]
    [InlineData("f(address)", "000000000000000000000000ffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("f(bytes1)", "ff00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("f(bytes32)", Ones)]
    [InlineData("f(function)", "ffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000")]
    [InlineData("f(bytes)", Offset32 + Zero)]
    [InlineData("f(string)", Offset32 + One + A)]
    [InlineData("f(bytes,bytes)", Offset64 + Offset96 + Zero + Zero)]
    [InlineData("f(uint256[])", Offset32 + One + Ones)]
    [InlineData("f(uint256[2])", One + Ones)]
    [InlineData("f((uint8,bool),bool)", One + Zero + One)]
    [InlineData("f((bytes)[])", Offset32 + One + Offset32 + Offset32 + One + A)]
    [InlineData("f(bytes[1][])", Offset32 + One + Offset32 + Offset32 + Zero)]
    public void The_encoding_of_arguments_is_taken(string signature, string arguments) =>
        Assert.Null(Compile(signature).Check(Hex.Decode(Selector + arguments)));

    [Theory]
    [InlineData("f()", "00", 4)]                                                                                    // junk behind
    [InlineData("f(bool)", One + Ones, 36)]
    [InlineData("f(bytes)", Offset32 + Zero + Zero, 68)]
    [InlineData("f(bool)", "00", 5)]                                                                                // too short
    [InlineData("f(bytes)", Offset32, 36)]
    [InlineData("f(bytes)", Offset32 + One + "61", 69)]
    [InlineData("f(bool)", "0000000000000000000000000000000000000000000000000000000000000002", 35)]                 // dirty upper bits
    [InlineData("f(bool)", "0000000000000000000000000000000000000000000000000000000000000101", 34)]
    [InlineData("f(address)", "000000000000000000000001ffffffffffffffffffffffffffffffffffffffff", 15)]
    [InlineData("f(uint8)", "0000000000000000000000000000000000000000000000000000000000000100", 34)]
    [InlineData("f(int8)", "0000000000000000000000000000000000000000000000000000000000000080", 4)]                  // the sign is missing
    [InlineData("f(int8)", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 4)]
    [InlineData("f(int8)", "ff00000000000000000000000000000000000000000000000000000000000000", 4)]
    [InlineData("f(bytes1)", "ff01000000000000000000000000000000000000000000000000000000000000", 5)]
    [InlineData("f(function)", Ones, 28)]
    [InlineData("f(bytes)", Offset32 + One + "6100000000000000000000000000000000000000000000000000000000000001", 99)] // padding
    [InlineData("f(bytes)", Offset32 + Zero + Ones, 68)]
    [InlineData("f(bytes)", Offset64 + Ones + Zero, 4)]                                                             // a gap
    [InlineData("f(bytes,bytes)", Offset64 + Offset64 + Zero, 36)]                                                  // the same tail twice
    [InlineData("f(bytes,bytes)", Offset96 + Offset64 + Zero + Zero, 4)]                                            // the other order
    [InlineData("f(bytes[])", Offset32 + One + Zero, 68)]                                                           // a loop
    [InlineData("f(bytes)", Ones, 4)]
    [InlineData("f(bytes)", Huge, 4)]
    [InlineData("f(bytes)", Offset32 + Huge, 68)]
    [InlineData("f(bytes)", Offset32 + Ones + Ones, 100)]
    [InlineData("f(uint256[])", Offset32 + Huge + Ones, 100)]                                                       // an array that is not there
    [InlineData("f(uint256[][])", Offset32 + "000000000000000000000000000000000000000000000000000000007fffffff" + Ones, 100)]
    public void Anything_else_is_refused_with_the_byte_that_is_wrong(string signature, string arguments, int position) =>
        Assert.Equal(position, Compile(signature).Check(Hex.Decode(Selector + arguments))?.Position);

    [Theory]
    [InlineData("")]
    [InlineData("0x010203")]
    public void Calldata_without_a_selector_is_refused(string calldata) =>
        Assert.Equal(0, Compile("f()").Check(Hex.Decode(calldata.Length == 0 ? "0x" : calldata))?.Position);

    [Theory]
    [InlineData("f(uint)")]
    [InlineData("f(uint7)")]
    [InlineData("f(bytes33)")]
    [InlineData("f(bytes0)")]
    [InlineData("f(uint08)")]
    [InlineData("f(bool[0])")]
    [InlineData("f(bool[00])")]
    [InlineData("f(())")]
    [InlineData("f(()[])")]
    [InlineData("f(bool,)")]
    [InlineData("f(bool")]
    [InlineData("f(bool))")]
    [InlineData("f(bool[)")]
    [InlineData("f(bool[1048576])")]
    [InlineData("f(bool[30000][30000])")]
    [InlineData("f(bool[99999999999])")]
    [InlineData("f")]
    [InlineData("(bool)")]
    [InlineData("")]
    public void What_no_contract_has_is_not_compiled(string signature) => Assert.False(CalldataShape.TryCompile(signature, out _));

    [Fact]
    public void Types_are_only_so_deep()
    {
        Assert.True(CalldataShape.TryCompile($"f(bool{Many("[]", 31)})", out _));
        Assert.False(CalldataShape.TryCompile($"f(bool{Many("[]", 40)})", out _));
        Assert.True(CalldataShape.TryCompile($"f({Many("(", 31)}bool{Many(")", 31)})", out _));
        Assert.False(CalldataShape.TryCompile($"f({Many("(", 100_000)}bool{Many(")", 100_000)})", out _));

        static string Many(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
    }

    [Fact]
    public void What_Nethereum_encodes_is_taken_and_with_one_byte_more_it_is_not()
    {
        (string Signature, Parameter[] Types, object[] Values)[] calls =
        [
            ("transfer(address,uint256)", [new("address"), new("uint256", 2)], ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8", 5]),
            ("multicall(bytes[])", [new("bytes[]")], [new[] { new byte[68], [], new byte[] { 1, 2, 3 } }]),
            ("submit(string,int24,bytes4[2],bool)", [new("string"), new("int24", 2), new("bytes4[2]", 3), new("bool", 4)],
                ["thirty-one bytes and some more text", -7, new[] { new byte[] { 1, 2, 3, 4 }, [5, 6, 7, 8] }, true]),
        ];
        foreach (var (signature, types, values) in calls)
        {
            byte[] calldata = [1, 2, 3, 4, .. new ParametersEncoder().EncodeParameters(types, values)];

            Assert.Null(Compile(signature).Check(calldata));
            Assert.Equal(new CalldataFault(calldata.Length, "behind the arguments"), Compile(signature).Check([.. calldata, 0]));
        }
    }

    [Fact]
    public void Checking_allocates_nothing_sound_or_not()
    {
        var signature = AbiSignature.Parse("f(uint8[][],bytes[],(address,bytes)[])");
        var shape = Compile($"{signature}");
        var sound = signature.Encode(
            AbiValue.Of([.. Enumerable.Range(0, 50).Select(i => AbiValue.Of((ulong)i, 255UL))]),
            AbiValue.Of([.. Enumerable.Range(0, 500).Select(i => (AbiValue)new byte[i % 70])]),
            AbiValue.Of([.. Enumerable.Range(0, 500).Select(i => AbiValue.Of(new Address(new byte[20]), new byte[i % 70]))]));
        byte[] junk = [.. sound, 0];
        Assert.Null(shape.Check(sound));
        Assert.NotNull(shape.Check(junk));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ = shape.Check(sound);
            _ = shape.Check(junk);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static CalldataShape Compile(string signature) =>
        CalldataShape.TryCompile(signature, out var shape) ? shape : throw new ArgumentException(signature);
}
