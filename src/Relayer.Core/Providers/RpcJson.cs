using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>
/// Every conversion between our values and the execution API's JSON
/// (<see href="https://ethereum.github.io/execution-apis/"/>). Reading is strict: what is not of the right shape is a
/// <see cref="FormatException"/>, which the client turns into a provider's fault.
/// </summary>
internal static partial class RpcJson
{
    private const string Latest = "latest";

    /// <summary>Writes no parameters.</summary>
    public static void WriteNothing(Utf8JsonWriter writer)
    {
    }

    public static RpcCall<long> ChainId() => new("eth_chainId", WriteNothing, ReadNumber);

    public static RpcCall<long> BlockNumber() => new("eth_blockNumber", WriteNothing, ReadNumber);

    public static RpcCall<Wei> GasPrice() => new("eth_gasPrice", WriteNothing, ReadWei);

    public static RpcCall<BlockHeader> Head() => new("eth_getBlockByNumber", WriteLatestHeader, ReadHeader);

    public static RpcCall<byte[]> Call(EthCall call) => Call(call, BlockRef.Latest);

    public static RpcCall<byte[]> Call(EthCall call, BlockRef at) => new("eth_call", writer => WriteCall(writer, call, at), ReadBytes);

    public static RpcCall<Hash32> SendRaw(ReadOnlyMemory<byte> raw) =>
        new("eth_sendRawTransaction", writer => WriteBytes(writer, raw.Span), ReadHash);

    public static RpcCall<TransactionReceipt?> Receipt(Hash32 hash) =>
        new("eth_getTransactionReceipt", writer => WriteBytes(writer, hash.Span), result => ReadReceipt(result, hash));

    public static RpcCall<ulong> Nonce(Address account) =>
        new("eth_getTransactionCount", writer => WriteAccountAtLatest(writer, account), ReadQuantity);

    public static RpcCall<Wei> Balance(Address account) =>
        new("eth_getBalance", writer => WriteAccountAtLatest(writer, account), ReadWei);

    public static RpcCall<FeeHistory> FeeHistory(int blocks) =>
        new("eth_feeHistory", writer => WriteFeeHistory(writer, blocks), ReadFeeHistory);

    /// <summary>Bytes as <c>0x…</c>, without a string between.</summary>
    public static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        // Raw: hexadecimal needs no escaping, and the writer would look for what does.
        var length = (bytes.Length * 2) + 4;
        var text = ArrayPool<byte>.Shared.Rent(length);
        "\"0x"u8.CopyTo(text);
        Convert.TryToHexStringLower(bytes, text.AsSpan(3), out _);
        text[length - 1] = (byte)'"';
        writer.WriteRawValue(text.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(text);
    }

    /// <summary><c>0x</c> and an even number of digits.</summary>
    public static byte[] ReadBytes(JsonElement element)
    {
        var digits = HexDigits(element);
        if (digits.Length % 2 != 0)
        {
            throw Misshapen("bytes", element);
        }

        var bytes = digits.IsEmpty ? [] : new byte[digits.Length / 2];
        return Decode(digits, bytes) ? bytes : throw Misshapen("bytes", element);
    }

    /// <summary>A quantity that fits 64 bits.</summary>
    public static ulong ReadQuantity(JsonElement element)
    {
        var digits = HexDigits(element);
        return digits.Length is > 0 and <= 16
            && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Misshapen("a quantity", element);
    }

    /// <summary>A quantity that PostgreSQL's <c>bigint</c> holds: heights, times, chain ids.</summary>
    public static long ReadNumber(JsonElement element)
    {
        var value = ReadQuantity(element);
        return value <= long.MaxValue ? (long)value : throw Misshapen("a number", element);
    }

    public static Wei ReadWei(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is ['0', 'x', ..] text && UInt256.TryParse(text, out var value)
            ? new Wei(value)
            : throw Misshapen("an amount", element);

    public static Hash32 ReadHash(JsonElement element)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        return Decode(HexDigits(element), bytes) ? new Hash32(bytes) : throw Misshapen("a hash", element);
    }

    public static Address ReadAddress(JsonElement element)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        return Decode(HexDigits(element), bytes) ? new Address(bytes) : throw Misshapen("an address", element);
    }

    /// <summary>
    /// Revert data, wherever the node put it: <c>data</c> itself (geth), <c>data</c> after the word "Reverted"
    /// (nethermind, openethereum), or <c>data.data</c> (hardhat). Other things in <c>data</c>, such as a gateway's trace id, are not.
    /// </summary>
    public static bool TryReadRevertData(JsonElement error, out byte[] data)
    {
        data = [];
        if (error.TryGetProperty("data", out var element) && element.ValueKind == JsonValueKind.Object)
        {
            element = element.TryGetProperty("data", out var inner) ? inner : default;
        }

        return element.ValueKind == JsonValueKind.String
            && element.GetString() is { } text
            && Hex.TryDecode(text.StartsWith("Reverted ", StringComparison.Ordinal) ? text.AsSpan(9) : text, out data!);
    }

    private static BlockHeader ReadHeader(JsonElement block)
    {
        RequireObject(block, "a block");
        var seconds = ReadNumber(Required(block, "timestamp"));
        return seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? new BlockHeader(
                ReadNumber(Required(block, "number")),
                ReadHash(Required(block, "hash")),
                DateTimeOffset.FromUnixTimeSeconds(seconds),
                Optional(block, "baseFeePerGas") is { } baseFee ? ReadWei(baseFee) : null)
            {
                ParentHash = Optional(block, "parentHash") is { } parent ? ReadHash(parent) : default,
            }
            : throw Misshapen("a block's time", block);
    }

    private static TransactionReceipt? ReadReceipt(JsonElement receipt, Hash32 asked)
    {
        // A receipt without a block is of a transaction that is not mined yet.
        if (receipt.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        RequireObject(receipt, "a receipt");
        if (Optional(receipt, "blockHash") is not { } blockHash)
        {
            return null;
        }

        var hash = ReadHash(Required(receipt, "transactionHash"));
        return hash == asked
            ? new TransactionReceipt(
                hash,
                ReadNumber(Required(receipt, "blockNumber")),
                ReadHash(blockHash),
                ReadQuantity(Required(receipt, "status")) == 1,
                ReadQuantity(Required(receipt, "gasUsed")),
                ReadWei(Required(receipt, "effectiveGasPrice")),
                Optional(receipt, "l1Fee") is { } l1Fee ? ReadWei(l1Fee) : Wei.Zero,
                [.. RequireArray(Required(receipt, "logs"), "logs").Select(ReadLog)])
            : throw Misshapen("the receipt asked for", receipt);
    }

    private static LogEntry ReadLog(JsonElement log)
    {
        RequireObject(log, "a log");
        return new LogEntry(
            ReadAddress(Required(log, "address")),
            [.. RequireArray(Required(log, "topics"), "topics").Select(ReadHash)],
            ReadBytes(Required(log, "data")));
    }

    private static FeeHistory ReadFeeHistory(JsonElement history)
    {
        RequireObject(history, "a fee history");
        var fees = RequireArray(Required(history, "baseFeePerGas"), "base fees").Select(ReadWei).ToArray();
        var used = RequireArray(Required(history, "gasUsedRatio"), "ratios").Select(ReadRatio).ToArray();

        // Some chains know no tips and leave the rewards out.
        var tips = Optional(history, "reward") is { } reward
            ? RequireArray(reward, "rewards").Select(block => BlockTips.From([.. RequireArray(block, "rewards").DefaultIfEmpty().Select(ReadWei)])).ToArray()
            : [];
        return fees.Length > 0 && (used.Length == tips.Length || tips.Length == 0)
            ? new FeeHistory(fees[^1], [.. tips.Where((_, block) => used[block] > 0)])
            : throw Misshapen("a fee history", history);
    }

    private static double ReadRatio(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var ratio) ? ratio : throw Misshapen("a ratio", element);

    private static void WriteCall(Utf8JsonWriter writer, EthCall call, BlockRef at)
    {
        writer.WriteStartObject();
        if (call.From is { } from)
        {
            writer.WritePropertyName("from"u8);
            WriteBytes(writer, from.Span);
        }

        writer.WritePropertyName("to"u8);
        WriteBytes(writer, call.To.Span);
        writer.WritePropertyName("data"u8);
        WriteBytes(writer, call.Data.Span);
        if (call.Gas is { } gas)
        {
            writer.WriteString("gas"u8, Quantity(gas));
        }

        if (!call.Value.IsZero)
        {
            writer.WriteString("value"u8, Quantity(call.Value));
        }

        writer.WriteEndObject();
        WriteBlock(writer, at);
    }

    private static void WriteLatestHeader(Utf8JsonWriter writer)
    {
        writer.WriteStringValue(Latest);
        writer.WriteBooleanValue(false);
    }

    private static void WriteAccountAtLatest(Utf8JsonWriter writer, Address account)
    {
        WriteBytes(writer, account.Span);
        writer.WriteStringValue(Latest);
    }

    // Of each block's gas, this many hundredths paid no more.
    private static void WriteFeeHistory(Utf8JsonWriter writer, int blocks)
    {
        writer.WriteStringValue(Quantity((ulong)blocks));
        writer.WriteStringValue(Latest);
        writer.WriteStartArray();
        writer.WriteNumberValue(25);
        writer.WriteNumberValue(50);
        writer.WriteNumberValue(90);
        writer.WriteEndArray();
    }

    private static string Quantity(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    private static string Quantity(Wei value)
    {
        Span<byte> word = stackalloc byte[32];
        value.Value.WriteBigEndian(word);
        var digits = Convert.ToHexStringLower(word).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>The digits after <c>0x</c>, as they stand in the reply; an escaped character fails as a digit.</summary>
    private static ReadOnlySpan<byte> HexDigits(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            var raw = JsonMarshal.GetRawUtf8Value(element)[1..^1];
            if (raw.StartsWith("0x"u8))
            {
                return raw[2..];
            }
        }

        throw Misshapen("hexadecimal", element);
    }

    private static bool Decode(ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        digits.Length == bytes.Length * 2
        && Convert.FromHexString(digits, bytes, out _, out var written) == OperationStatus.Done
        && written == bytes.Length;

    private static JsonElement Required(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) ? element : throw new FormatException($"the node's answer lacks {name}");

    private static JsonElement? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;

    private static void RequireObject(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Misshapen(what, element);
        }
    }

    private static JsonElement.ArrayEnumerator RequireArray(JsonElement element, string what) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw Misshapen(what, element);

    // Names the kind only: what a node answers is not worth repeating, and may be long.
    private static FormatException Misshapen(string expected, JsonElement element) =>
        new($"the node answered {element.ValueKind} where {expected} was expected, or one of the wrong form");
}

/// <summary>What recent blocks charged.</summary>
/// <param name="NextBaseFee">The base fee of the block to come.</param>
/// <param name="Tips">The tips of each recent block that was not empty.</param>
internal sealed record FeeHistory(Wei NextBaseFee, IReadOnlyList<BlockTips> Tips);

/// <summary>The tips that a quarter, a half and nine tenths of a block's gas paid no more than, in wei per gas.</summary>
internal readonly record struct BlockTips(Wei Low, Wei Middle, Wei High)
{
    /// <summary>A node that answers other than asked is taken at its first word; none of them may contradict the middle one.</summary>
    public static BlockTips From(Wei[] tips) => tips is [var low, var middle, var high]
        ? new BlockTips(Wei.Min(low, middle), middle, Wei.Max(middle, high))
        : new BlockTips(tips[0], tips[0], tips[0]);
}
