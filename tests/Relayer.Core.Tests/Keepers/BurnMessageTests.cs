using System.Text;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Cctp;

namespace Relayer.Core.Tests.Keepers;

public sealed class BurnMessageTests
{
    private static readonly Address Messenger = DevKey.Create().Address;
    private static readonly Address Recipient = DevKey.Create().Address;
    private static readonly Address Depositor = DevKey.Create().Address;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_message_of_either_version_is_read_where_Circle_writes_it(int version)
    {
        var message = BurnMessage.Read(Emitted(version))!;

        Assert.Equal((2u, 6u), (message.Source, message.Destination));
        Assert.Equal((Messenger, Recipient, Depositor), (message.Sender, message.Recipient, message.Depositor));
        Assert.Equal(300, message.Amount);
        Assert.True(message.IsForEverybody);
        Assert.Equal(version == 0, message.NonceKey is not null);
    }

    [Fact]
    public void Only_what_Circle_fills_in_may_differ_from_what_was_emitted()
    {
        var emitted = Emitted(1);
        var may = Enumerable.Range(12, 32).Concat(Enumerable.Range(144, 4)).Concat(Enumerable.Range(312, 64)).ToHashSet();
        for (var at = 4; at < emitted.Length; at++)
        {
            var changed = (byte[])emitted.Clone();
            changed[at] ^= 1;
            Assert.Equal(may.Contains(at), BurnMessage.Read(changed)!.IsAttestationOf(BurnMessage.Read(emitted)!));
        }
    }

    [Fact]
    public void What_is_no_message_about_a_burn_is_passed_over()
    {
        foreach (var version in new[] { 0, 1 })
        {
            var message = Emitted(version);
            Assert.Null(BurnMessage.Read(message.AsSpan(0, message.Length - 1)));
            message[3] = 9;
            Assert.Null(BurnMessage.Read(message));
        }

        Assert.Null(BurnMessage.Read([]));
    }

    [Theory]
    [InlineData("not json", typeof(Attestation.Wrong))]
    [InlineData("[]", typeof(Attestation.Wrong))]
    [InlineData("""{"messages":[]}""", typeof(Attestation.Pending))]
    [InlineData("""{"messages":[{"status":"pending_confirmations"}]}""", typeof(Attestation.Pending))]
    [InlineData("""{"messages":[{"status":"complete","message":"0x12","attestation":"0x34"}]}""", typeof(Attestation.Wrong))]
    [InlineData("""{"messages":[{"status":"complete","message":"$","attestation":"PENDING"}]}""", typeof(Attestation.Wrong))]
    [InlineData("""{"messages":[{"status":"complete","message":"$","attestation":"0x34"}]}""", typeof(Attestation.Wrong))]
    [InlineData("""{"messages":[{"status":"pending_confirmations","message":"$","attestation":"PENDING"}]}""", typeof(Attestation.Pending))]
    public void An_answer_that_does_not_fit_is_no_attestation(string text, Type expected)
    {
        var message = BurnMessage.Read(Emitted(0))!;
        var body = Encoding.UTF8.GetBytes(text.Replace("$", Hex.Encode(message.Bytes), StringComparison.Ordinal));

        Assert.IsType(expected, Assert.Single(CircleReply.Read(body, [message])));
    }

    [Fact]
    public void Two_equal_burns_of_one_transaction_need_two_attestations()
    {
        var emitted = BurnMessage.Read(Emitted(1))!;
        var first = Emitted(1);
        first[20] = 1;
        var entry = $$"""{"status":"complete","message":"{{Hex.Encode(first)}}","attestation":"{{Hex.Encode(new byte[65])}}"}""";
        var answers = CircleReply.Read(Encoding.UTF8.GetBytes($$"""{"messages":[{{entry}}]}"""), [emitted, emitted]);

        Assert.Equal(first, Assert.IsType<Attestation.Complete>(answers[0]).Message.Bytes.ToArray());
        Assert.IsType<Attestation.Pending>(answers[1]);
    }

    private static byte[] Emitted(int version)
    {
        byte[] number = [0, 0, 0, (byte)version];
        var amount = new byte[32];
        (amount[30], amount[31]) = (1, 44);
        byte[] header =
        [
            .. number, 0, 0, 0, 2, 0, 0, 0, 6, .. new byte[version == 0 ? 8 : 32], .. Word(Messenger), .. Word(Messenger), .. new byte[32],
            .. new byte[version == 0 ? 0 : 8],
        ];
        return [.. header, .. number, .. new byte[32], .. Word(Recipient), .. amount, .. Word(Depositor), .. new byte[version == 0 ? 0 : 96]];
    }

    private static byte[] Word(Address address) => [.. new byte[12], .. address.Span];
}
