using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Treasury.Deposits;

/// <summary>
/// Reads what a Safe's transaction says it pays to an account: by itself, or as one of the calls of a <c>MultiSend</c>. Pure; what it cannot read pays nothing.
/// The forms are those of Safe 1.1 to 1.4 (<see href="https://github.com/safe-global/safe-smart-account"/>).
/// </summary>
internal static class SafeCalls
{
    private const int SelectorSize = 4;
    private const int Delegated = 1;

    // operation, to, value and the length of the data, packed.
    private const int PackedHead = 1 + Address.Size + (2 * AbiWriter.Word);

    // execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)
    private static ReadOnlySpan<byte> Execute => [0x6a, 0x76, 0x12, 0x02];

    // multiSend(bytes)
    private static ReadOnlySpan<byte> MultiSend => [0x8d, 0x80, 0xff, 0x0a];

    /// <summary>By the calldata of <c>execTransaction</c>.</summary>
    /// <returns>Wei; zero for any other calldata.</returns>
    public static BigInteger InCalldata(ReadOnlySpan<byte> calldata, Address account)
    {
        if (!calldata.StartsWith(Execute))
        {
            return BigInteger.Zero;
        }

        var reader = new AbiReader(calldata[SelectorSize..]);
        var (to, value) = (reader.Address(), reader.Number());
        reader.Expect(10 * AbiWriter.Word);
        var operation = reader.Small(8);
        for (var i = 0; i < 5; i++)
        {
            reader.Number(); // Gas, its price and whom it is paid to.
        }

        reader.Number(); // Where the signatures stand.
        var data = reader.Tail();
        return reader.IsIntact ? Paid(to, value, data, operation, account) : BigInteger.Zero;
    }

    /// <summary>By the event <c>SafeMultiSigTransaction</c> of a Safe for rollups.</summary>
    public static BigInteger InEvent(ReadOnlySpan<byte> data, Address account)
    {
        var reader = new AbiReader(data);
        var (to, value) = (reader.Address(), reader.Number());
        reader.Expect(11 * AbiWriter.Word);
        var operation = reader.Small(8);
        for (var i = 0; i < 7; i++)
        {
            reader.Number(); // Gas, its price, whom it is paid to; where the signatures and the rest stand.
        }

        var call = reader.Tail();
        return reader.IsIntact ? Paid(to, value, call, operation, account) : BigInteger.Zero;
    }

    /// <summary>By the event <c>SafeModuleTransaction</c> of a Safe for rollups.</summary>
    public static BigInteger InModuleEvent(ReadOnlySpan<byte> data, Address account)
    {
        var reader = new AbiReader(data);
        reader.Address(); // The module.
        var (to, value) = (reader.Address(), reader.Number());
        reader.Expect(5 * AbiWriter.Word);
        var operation = reader.Small(8);
        var call = reader.Tail();
        return reader.IsIntact ? Paid(to, value, call, operation, account) : BigInteger.Zero;
    }

    private static BigInteger Paid(Address to, UInt256 value, ReadOnlySpan<byte> data, ulong operation, Address account)
    {
        if (operation != Delegated)
        {
            return to == account ? value.ToBigInteger() : BigInteger.Zero;
        }

        if (!data.StartsWith(MultiSend))
        {
            return BigInteger.Zero;
        }

        var reader = new AbiReader(data[SelectorSize..]);
        reader.Expect(AbiWriter.Word);
        var packed = reader.Tail();
        return reader.IsIntact ? PaidTogether(packed, account) : BigInteger.Zero;
    }

    private static BigInteger PaidTogether(ReadOnlySpan<byte> packed, Address account)
    {
        var sum = BigInteger.Zero;
        while (packed.Length >= PackedHead)
        {
            var (isDelegated, to) = (packed[0] == Delegated, new Address(packed.Slice(1, Address.Size)));
            var value = UInt256.ReadBigEndian(packed[(1 + Address.Size)..]);
            var length = UInt256.ReadBigEndian(packed[(1 + Address.Size + AbiWriter.Word)..]);
            if (length > (ulong)(packed.Length - PackedHead))
            {
                return BigInteger.Zero;
            }

            sum += !isDelegated && to == account ? value.ToBigInteger() : BigInteger.Zero;
            packed = packed[(PackedHead + (int)(ulong)length)..];
        }

        return packed.IsEmpty ? sum : BigInteger.Zero;
    }
}
