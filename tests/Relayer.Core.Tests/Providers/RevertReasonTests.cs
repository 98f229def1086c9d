using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Providers;

public sealed class RevertReasonTests
{
    private const string User = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private static readonly Address UserAddress = Address.Parse(User);

    [Fact]
    public void No_data_has_no_reason() => Assert.Equal("reverted without a reason", RevertReason.Decode([]));

    [Fact]
    public void A_text_is_shown_as_it_is() => Assert.Equal("Nonce too low: λ🜁", RevertReason.Decode(Error("Nonce too low: λ🜁")));

    [Fact]
    public void An_empty_text_says_so() => Assert.Equal("reverted with an empty reason", RevertReason.Decode(Error("")));

    [Fact]
    public void Characters_that_could_forge_a_log_or_turn_the_text_around_are_left_out() =>
        Assert.Equal("ab cde", RevertReason.Decode(Error("a\r\n\u0000b \u202ec\u001b\u2028d\u200be\u007f")));

    [Theory]
    [InlineData("x", 256, 256)]
    [InlineData("x", 257, 256)]
    [InlineData("🜁", 5_000, 255)]
    [InlineData("\u0001", 100_000, 29)]
    public void A_long_text_is_cut(string part, int times, int length)
    {
        var reason = RevertReason.Decode(Error(string.Concat(Enumerable.Repeat(part, times))));

        Assert.Equal(length, reason.Length);
        Assert.DoesNotContain(reason, char.IsControl);
    }

    [Fact]
    public void A_text_without_its_padding_is_still_read() =>
        Assert.Equal("short", RevertReason.Decode(Error("short").AsSpan(0, 4 + 64 + 5)));

    [Theory]
    [InlineData(0x01, "panic 0x01: an assertion failed")]
    [InlineData(0x11, "panic 0x11: arithmetic overflow or underflow")]
    [InlineData(0x12, "panic 0x12: division by zero")]
    [InlineData(0x32, "panic 0x32: an index is out of bounds")]
    [InlineData(0x99, "panic 153")]
    public void A_panic_says_what_its_code_means(int code, string expected) =>
        Assert.Equal(expected, RevertReason.Decode(AbiSignature.Parse("Panic(uint256)").Encode((ulong)code)));

    [Fact]
    public void The_forwarders_errors_come_with_their_arguments()
    {
        AssertShown("openzeppelin-forwarder.json", "ERC2771ForwarderInvalidSigner", "(address,address)", $"({User}, {User})", UserAddress, UserAddress);
        AssertShown("openzeppelin-forwarder.json", "ERC2771ForwarderMismatchedValue", "(uint256,uint256)", "(1, 0)", 1UL, 0UL);
        AssertShown("openzeppelin-forwarder.json", "ERC2771ForwarderExpiredRequest", "(uint48)", "(1790000000)", 1_790_000_000UL);
        AssertShown("openzeppelin-forwarder.json", "ERC2771UntrustfulTarget", "(address,address)", $"({User}, {User})", UserAddress, UserAddress);
        AssertShown("openzeppelin-forwarder.json", "FailedCall", "()", "()");
        AssertShown("openzeppelin-forwarder.json", "FailedInnerCall", "()", "()");
        AssertShown("openzeppelin-forwarder.json", "InvalidAccountNonce", "(address,uint256)", $"({User}, 3)", UserAddress, 3UL);
        AssertShown("infinex-forwarder-selectors.json", "InfinexERC2771ForwarderInvalidSigner", "(address,address)", $"({User}, {User})", UserAddress, UserAddress);
        AssertShown("infinex-forwarder-selectors.json", "InfinexERC2771ForwarderMismatchedValue", "(uint256,uint256)", "(1, 0)", 1UL, 0UL);
        AssertShown(
            "infinex-forwarder-selectors.json", "InfinexERC2771ForwarderNonceAlreadyUsed", "(address,uint256)",
            $"({User}, {UInt256.MaxValue})", UserAddress, UInt256.MaxValue);
        AssertShown("infinex-forwarder-selectors.json", "InfinexERC2771ForwarderGasShrinkDetected", "()", "()");
        AssertShown("infinex-forwarder-selectors.json", "InfinexERC2771ForwarderFailedInnerCall", "()", "()");
    }

    [Theory]
    [InlineData("0x01", "reverted with 0x01")]
    [InlineData("0xdeadbeef", "reverted with custom error 0xdeadbeef")]
    [InlineData("0xdeadbeef00", "reverted with custom error 0xdeadbeef")]
    [InlineData("0x08c379a0", "reverted with custom error 0x08c379a0")]
    [InlineData("0x4e487b7101", "reverted with custom error 0x4e487b71")]
    [InlineData("0xd6bda27500", "reverted with custom error 0xd6bda275")]
    [InlineData("0x08c379a0"
        + "0000000000000000000000000000000000000000000000000000000000000020"
        + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "reverted with custom error 0x08c379a0")]
    public void Anything_else_is_known_by_its_first_four_bytes(string data, string expected) =>
        Assert.Equal(expected, RevertReason.Decode(Hex.Decode(data)));

    [Fact]
    public void Bytes_that_are_no_text_are_replaced()
    {
        var data = Error("abc");
        data[4 + 64 + 1] = 0xff;

        Assert.Equal("a\ufffdc", RevertReason.Decode(data));
    }

    private static byte[] Error(string text) => AbiSignature.Parse("Error(string)").Encode(text);

    private static void AssertShown(string file, string name, string types, string shown, params AbiValue[] values)
    {
        var data = AbiSignature.Parse(name + types).Encode(values);

        Assert.Equal(VectorFile.Read(file).GetProperty("errors").Text(name), Hex.Encode(data.AsSpan(0, 4)));
        Assert.Equal(name + shown, RevertReason.Decode(data));
    }
}
