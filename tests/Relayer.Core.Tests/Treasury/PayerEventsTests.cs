using System.Numerics;
using DevChain.Abi;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Tests.Transactions;
using Relayer.Core.Treasury.Deposits;

namespace Relayer.Core.Tests.Treasury;

public sealed class PayerEventsTests
{
    private static readonly Address Council = Plans.Account(0xcc);
    private static readonly Address Safe = Plans.Account(0x5a);
    private static readonly PayerAct One = new(7, new Hash32(new byte[31].Append((byte)1).ToArray()), Safe, []);
    private static readonly PayerAct Other = new(8, new Hash32(new byte[31].Append((byte)2).ToArray()), Safe, []);

    [Theory]
    [InlineData(10, 30, 40, 0, 2)] // Told, and exact.
    [InlineData(10, 0, 10, 0, 1)]
    [InlineData(10, 30, 41, 1_000, 0)] // Two acted, and what they tell is not what came: nobody knows which of them paid the rest.
    [InlineData(0, 0, 5, 1_000, 0)]
    public void What_is_told_has_to_come_to_the_amount(int one, int other, int amount, int paidOut, int deposits)
    {
        var explained = PayerEvents.Explain([(One, one), (Other, other)], amount, _ => paidOut);

        Assert.Equal(deposits, explained.Count);
        Assert.Equal(deposits == 0 ? 0 : amount, FoundDeposit.Sum(explained));
    }

    [Theory]
    [InlineData(5, 5, true)]
    [InlineData(5, 4, false)]
    public void One_alone_explains_what_its_balance_fell_by(int amount, int paidOut, bool isExplained) =>
        Assert.Equal(isExplained, PayerEvents.Explain([(One, 0)], amount, _ => paidOut).Count == 1);

    [Fact]
    public void A_MultiSend_is_read_to_its_end_or_not_at_all()
    {
        var calls = Packed(0, Council, 3, [1, 2, 3]).Concat(Packed(1, Council, 50, [])).Concat(Packed(0, Safe, 9, [])).Concat(Packed(0, Council, 4, [])).ToArray();

        Assert.Equal(7, SafeCalls.InCalldata(Execute(calls), Council)); // A delegated call moves nothing.
        Assert.Equal(0, SafeCalls.InCalldata(Execute(calls[..^1]), Council));
        Assert.Equal(0, SafeCalls.InCalldata(Execute([.. calls, 0]), Council));
    }

    [Fact]
    public void Whatever_bytes_come_none_of_them_breaks_it_or_pays_more_than_was_said() =>
        Prop.ForAll(Broken().ToArbitrary(), data =>
        {
            Assert.InRange(SafeCalls.InCalldata(data, Council), BigInteger.Zero, new BigInteger(7));
            Assert.Equal(BigInteger.Zero, SafeCalls.InEvent(data, Council));
            Assert.Equal(BigInteger.Zero, SafeCalls.InModuleEvent(data, Council));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    // Cut anywhere, and with bytes of a length or an offset changed to the largest.
    private static Gen<byte[]> Broken()
    {
        var whole = Execute([.. Packed(0, Council, 3, [1]), .. Packed(0, Council, 4, [])]);
        int[] lengths = [.. Enumerable.Range(4 + (2 * 32), 32), .. Enumerable.Range(4 + (10 * 32), 64)];
        return from cut in Gen.Choose(0, whole.Length)
               from at in Gen.Elements(lengths)
               from isChanged in ArbMap.Default.GeneratorFor<bool>()
               select Change(whole, at, isChanged)[..cut];
    }

    private static byte[] Change(byte[] whole, int at, bool isChanged)
    {
        var copy = whole.ToArray();
        copy[at] = isChanged ? (byte)0xff : copy[at];
        return copy;
    }

    private static byte[] Execute(byte[] packed) =>
        AbiSignature.Parse("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)").Encode(
            Plans.Account(0x30), 0, AbiSignature.Parse("multiSend(bytes)").Encode(packed), 1, 0, 0, 0, default(Address), default(Address), new byte[65]);

    private static byte[] Packed(byte operation, Address to, ulong value, byte[] data) => [operation, .. to.ToArray(), .. Word(value), .. Word((ulong)data.Length), .. data];

    private static byte[] Word(ulong number)
    {
        var word = new byte[32];
        UInt256.From(number).WriteBigEndian(word);
        return word;
    }
}
