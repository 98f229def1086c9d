using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Relayer.Core.Keepers.Perps;

// Synthetix Perps V3 as deployed on Base (npm @synthetixio/v3-contracts 8.10.0, 8453-andromeda): what keepers call. A test compares each
// with that package.

/// <summary>Settles the account's pending order.</summary>
[Function("settleOrder")]
internal sealed class SettleOrderFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>Cancels it when its acceptable price is exceeded.</summary>
[Function("cancelOrder")]
internal sealed class CancelOrderFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>What settling pays, in dollars of 18 decimals.</summary>
[Function("getSettlementRewardCost")]
internal sealed class GetSettlementRewardCostFunction : FunctionMessage
{
    [Parameter("uint128", "marketId", 1)]
    public BigInteger MarketId { get; set; }

    [Parameter("uint128", "settlementStrategyId", 2)]
    public BigInteger StrategyId { get; set; }
}

/// <summary>Liquidates positions.</summary>
[Function("liquidate")]
internal sealed class LiquidateFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>Liquidates an account without positions.</summary>
[Function("liquidateMarginOnly")]
internal sealed class LiquidateMarginOnlyFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>Goes on with flagged accounts.</summary>
[Function("liquidateFlaggedAccounts")]
internal sealed class LiquidateFlaggedAccountsFunction : FunctionMessage
{
    [Parameter("uint128[]", "accountIds", 1)]
    public List<BigInteger> AccountIds { get; set; } = [];
}

/// <summary>Accounts that are flagged. Its answer, uint256[], may be long: AccountChecks reads it.</summary>
[Function("flaggedAccounts")]
internal sealed class FlaggedAccountsFunction : FunctionMessage;

/// <summary>The account's pending order. Asked by the hundred: PerpsCalls writes it.</summary>
[Function("getOrder")]
internal sealed class GetOrderFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>Asked of 10,000 accounts a run: PerpsCalls writes it.</summary>
[Function("canLiquidate")]
internal sealed class CanLiquidateFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}

/// <summary>The same.</summary>
[Function("canLiquidateMarginOnly")]
internal sealed class CanLiquidateMarginOnlyFunction : FunctionMessage
{
    [Parameter("uint128", "accountId", 1)]
    public BigInteger AccountId { get; set; }
}
