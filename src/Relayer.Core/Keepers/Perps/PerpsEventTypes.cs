using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Relayer.Core.Keepers.Perps;

// A scan brings them by the thousand, so PerpsEvents reads them by itself; here they say what they are, and a test compares the two.
/// <summary>Somebody committed an order.</summary>
[Event("OrderCommitted")]
internal sealed class OrderCommittedEvent : IEventDTO
{
    [Parameter("uint128", "marketId", 1, true)]
    public BigInteger MarketId { get; set; }

    [Parameter("uint128", "accountId", 2, true)]
    public BigInteger AccountId { get; set; }

    [Parameter("uint8", "orderType", 3)]
    public byte OrderType { get; set; }

    [Parameter("int128", "sizeDelta", 4)]
    public BigInteger SizeDelta { get; set; }

    [Parameter("uint256", "acceptablePrice", 5)]
    public BigInteger AcceptablePrice { get; set; }

    [Parameter("uint256", "commitmentTime", 6)]
    public BigInteger CommitmentTime { get; set; }

    [Parameter("uint256", "expectedPriceTime", 7)]
    public BigInteger ExpectedPriceTime { get; set; }

    [Parameter("uint256", "settlementTime", 8)]
    public BigInteger SettlementTime { get; set; }

    [Parameter("uint256", "expirationTime", 9)]
    public BigInteger ExpirationTime { get; set; }

    [Parameter("bytes32", "trackingCode", 10, true)]
    public byte[] TrackingCode { get; set; } = [];

    [Parameter("address", "sender", 11)]
    public string Sender { get; set; } = "";
}

/// <summary>An order was settled.</summary>
[Event("OrderSettled")]
internal sealed class OrderSettledEvent : IEventDTO
{
    [Parameter("uint128", "marketId", 1, true)]
    public BigInteger MarketId { get; set; }

    [Parameter("uint128", "accountId", 2, true)]
    public BigInteger AccountId { get; set; }

    [Parameter("uint256", "fillPrice", 3)]
    public BigInteger FillPrice { get; set; }

    [Parameter("int256", "pnl", 4)]
    public BigInteger Pnl { get; set; }

    [Parameter("int256", "accruedFunding", 5)]
    public BigInteger AccruedFunding { get; set; }

    [Parameter("int128", "sizeDelta", 6)]
    public BigInteger SizeDelta { get; set; }

    [Parameter("int128", "newSize", 7)]
    public BigInteger NewSize { get; set; }

    [Parameter("uint256", "totalFees", 8)]
    public BigInteger TotalFees { get; set; }

    [Parameter("uint256", "referralFees", 9)]
    public BigInteger ReferralFees { get; set; }

    [Parameter("uint256", "collectedFees", 10)]
    public BigInteger CollectedFees { get; set; }

    [Parameter("uint256", "settlementReward", 11)]
    public BigInteger SettlementReward { get; set; }

    [Parameter("bytes32", "trackingCode", 12, true)]
    public byte[] TrackingCode { get; set; } = [];

    [Parameter("address", "settler", 13)]
    public string Settler { get; set; } = "";
}

/// <summary>An order was cancelled.</summary>
[Event("OrderCancelled")]
internal sealed class OrderCancelledEvent : IEventDTO
{
    [Parameter("uint128", "marketId", 1, true)]
    public BigInteger MarketId { get; set; }

    [Parameter("uint128", "accountId", 2, true)]
    public BigInteger AccountId { get; set; }

    [Parameter("uint256", "desiredPrice", 3)]
    public BigInteger DesiredPrice { get; set; }

    [Parameter("uint256", "fillPrice", 4)]
    public BigInteger FillPrice { get; set; }

    [Parameter("int128", "sizeDelta", 5)]
    public BigInteger SizeDelta { get; set; }

    [Parameter("uint256", "settlementReward", 6)]
    public BigInteger SettlementReward { get; set; }

    [Parameter("bytes32", "trackingCode", 7, true)]
    public byte[] TrackingCode { get; set; } = [];

    [Parameter("address", "settler", 8)]
    public string Settler { get; set; } = "";
}

/// <summary>An account is liquidated from here on.</summary>
[Event("AccountFlaggedForLiquidation")]
internal sealed class AccountFlaggedForLiquidationEvent : IEventDTO
{
    [Parameter("uint128", "accountId", 1, true)]
    public BigInteger AccountId { get; set; }

    [Parameter("int256", "availableMargin", 2)]
    public BigInteger AvailableMargin { get; set; }

    [Parameter("uint256", "requiredMaintenanceMargin", 3)]
    public BigInteger RequiredMaintenanceMargin { get; set; }

    [Parameter("uint256", "liquidationReward", 4)]
    public BigInteger LiquidationReward { get; set; }

    [Parameter("uint256", "flagReward", 5)]
    public BigInteger FlagReward { get; set; }
}

/// <summary>An account was liquidated, wholly or in part; without a reward nothing was done.</summary>
[Event("AccountLiquidationAttempt")]
internal sealed class AccountLiquidationAttemptEvent : IEventDTO
{
    [Parameter("uint128", "accountId", 1, true)]
    public BigInteger AccountId { get; set; }

    [Parameter("uint256", "reward", 2)]
    public BigInteger Reward { get; set; }

    [Parameter("bool", "fullLiquidation", 3)]
    public bool FullLiquidation { get; set; }
}
