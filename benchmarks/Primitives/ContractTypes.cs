using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Primitives;

// What the core lays out by hand, as typed classes: to measure what it would cost to leave it to them.

[Function("aggregate3Value")]
internal sealed class AggregateFunction : FunctionMessage
{
    [Parameter("tuple[]", "calls", 1)]
    public List<AggregateCall> Calls { get; set; } = [];
}

internal sealed class AggregateCall
{
    [Parameter("address", "target", 1)]
    public string Target { get; set; } = "";

    [Parameter("bool", "requireSuccess", 2)]
    public bool IsRequired { get; set; }

    [Parameter("uint256", "value", 3)]
    public BigInteger Value { get; set; }

    [Parameter("bytes", "callData", 4)]
    public byte[] Data { get; set; } = [];
}

internal sealed class AggregateAnswer
{
    [Parameter("tuple[]", "results", 1)]
    public List<AggregateResult> Results { get; set; } = [];
}

internal sealed class AggregateResult
{
    [Parameter("bool", "success", 1)]
    public bool IsSuccess { get; set; }

    [Parameter("bytes", "returnData", 2)]
    public byte[] Data { get; set; } = [];
}

internal sealed class GetOrderAnswer
{
    [Parameter("tuple", "order", 1)]
    public PendingOrder Order { get; set; } = new();
}

internal sealed class PendingOrder
{
    [Parameter("uint256", "commitmentTime", 1)]
    public BigInteger CommitmentTime { get; set; }

    [Parameter("tuple", "request", 2)]
    public OrderRequest Request { get; set; } = new();
}

internal sealed class OrderRequest
{
    [Parameter("uint128", "marketId", 1)]
    public BigInteger MarketId { get; set; }

    [Parameter("uint128", "accountId", 2)]
    public BigInteger AccountId { get; set; }

    [Parameter("int128", "sizeDelta", 3)]
    public BigInteger SizeDelta { get; set; }

    [Parameter("uint128", "settlementStrategyId", 4)]
    public BigInteger StrategyId { get; set; }

    [Parameter("uint256", "acceptablePrice", 5)]
    public BigInteger AcceptablePrice { get; set; }

    [Parameter("bytes32", "trackingCode", 6)]
    public byte[] TrackingCode { get; set; } = new byte[32];

    [Parameter("address", "referrer", 7)]
    public string Referrer { get; set; } = "0x0000000000000000000000000000000000000000";
}

internal sealed class OracleDataRequired
{
    [Parameter("address", "oracleContract", 1)]
    public string Oracle { get; set; } = "";

    [Parameter("bytes", "oracleQuery", 2)]
    public byte[] Query { get; set; } = [];
}

internal sealed class OracleQueryBytes
{
    [Parameter("uint8", "updateType", 1)]
    public byte Kind { get; set; }

    [Parameter("uint64", "stalenessOrTime", 2)]
    public ulong Time { get; set; }

    [Parameter("bytes32[]", "priceIds", 3)]
    public List<byte[]> Ids { get; set; } = [];
}

internal sealed class OrderCommittedData
{
    [Parameter("uint8", "orderType", 1)]
    public byte OrderType { get; set; }

    [Parameter("int128", "sizeDelta", 2)]
    public BigInteger SizeDelta { get; set; }

    [Parameter("uint256", "acceptablePrice", 3)]
    public BigInteger AcceptablePrice { get; set; }

    [Parameter("uint256", "commitmentTime", 4)]
    public BigInteger CommitmentTime { get; set; }

    [Parameter("uint256", "expectedPriceTime", 5)]
    public BigInteger ExpectedPriceTime { get; set; }

    [Parameter("uint256", "settlementTime", 6)]
    public BigInteger SettlementTime { get; set; }

    [Parameter("uint256", "expirationTime", 7)]
    public BigInteger ExpirationTime { get; set; }

    [Parameter("address", "sender", 8)]
    public string Sender { get; set; } = "";
}
