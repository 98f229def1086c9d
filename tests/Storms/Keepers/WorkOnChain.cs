using System.Globalization;
using System.Numerics;
using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Storms.Workloads;

namespace Storms.Keepers;

/// <summary>A piece of work that was done, by whomever, as an event tells it. Decoded apart from the keepers' own reading.</summary>
/// <param name="Keeper">Whose kind of work it is.</param>
/// <param name="Subject">What it was done to; each subject wants it once.</param>
/// <param name="RewardUsd">What it brought, in dollars of 18 decimals.</param>
/// <param name="Transaction">In which transaction.</param>
internal sealed record WorkOnChain(string Keeper, string Subject, BigInteger RewardUsd, Hash32 Transaction)
{
    private static readonly string Settled = Topic("OrderSettled(uint128,uint128,uint256,int256,int256,int128,int128,uint256,uint256,uint256,uint256,bytes32,address)");
    private static readonly string Cancelled = Topic("OrderCancelled(uint128,uint128,uint256,uint256,int128,uint256,bytes32,address)");
    private static readonly string Attempted = Topic("AccountLiquidationAttempt(uint128,uint256,bool)");
    private static readonly string Performed = Topic("Performed(address,uint256)");
    private static readonly string Created = Topic("AccountCreated(address,bytes32)");
    private static readonly string Transferred = Topic("Transfer(address,address,uint256)");

    public static string Name(BigInteger account) => account.ToString(CultureInfo.InvariantCulture);

    public static string Name(Address upkeep, BigInteger number) => $"{upkeep} {number.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Everything that was done in a scenario, in the chain's order.</summary>
    public static async Task<IReadOnlyList<WorkOnChain>> ReadAsync(KeeperScenario scenario, RelayerUnderTest relayer, CancellationToken cancellation)
    {
        var filter = new
        {
            fromBlock = "0x" + relayer.FirstBlock.ToString("x", CultureInfo.InvariantCulture),
            toBlock = "latest",
            address = new[]
            {
                scenario.Perps.Market, scenario.Honest, scenario.Rogue, scenario.Accounts.Factory, scenario.Accounts.Usdc, scenario.Accounts.Arrived,
            }.Select(contract => contract.Address.ToString()).ToArray(),
        };
        var logs = await relayer.Stack.Chain.AskOneAsync("eth_getLogs", cancellation, filter);
        return [.. logs.EnumerateArray().Select(log => Read(scenario, log)).OfType<WorkOnChain>()];
    }

    private static WorkOnChain? Read(KeeperScenario scenario, JsonElement log)
    {
        string[] topics = [.. log.GetProperty("topics").EnumerateArray().Select(topic => topic.GetString()!)];
        var address = Address.Parse(log.GetProperty("address").GetString()!);
        return topics[0] switch
        {
            var topic when topic == Settled => Make(KeeperNames.Settlement, Name(Number(topics[2])), Word(8)),
            var topic when topic == Cancelled => Make(KeeperNames.Settlement, Name(Number(topics[2])), Word(3)),
            var topic when topic == Attempted && (Word(0) > 0 || Word(1) > 0) => Make(KeeperNames.Liquidation, Name(Number(topics[1])), Word(0)),
            var topic when topic == Performed => Make(KeeperNames.Upkeeps, Name(address, Word(0)), 0),
            var topic when topic == Created => Make(KeeperNames.Deployment, Account(topics[1]), 0),
            var topic when topic == Transferred && address == scenario.Accounts.Usdc.Address && Account(topics[2]) == $"{scenario.Accounts.Messenger.Address}" =>
                Make(KeeperNames.Bridging, Account(topics[1]), 0),
            var topic when topic == Transferred && address == scenario.Accounts.Arrived.Address => Make(KeeperNames.Redemption, Account(topics[2]), 0),
            _ => null,
        };

        WorkOnChain Make(string keeper, string subject, BigInteger reward) =>
            new(keeper, subject, reward, Hash32.Parse(log.GetProperty("transactionHash").GetString()!));

        BigInteger Word(int index) => new(
            Hex.Decode(log.GetProperty("data").GetString()!).AsSpan(index * 32, 32), isUnsigned: true, isBigEndian: true);
    }

    private static string Topic(string signature) => AbiSignature.Parse(signature).Hash.ToString();

    private static BigInteger Number(string word) => new(Hex.Decode(word), isUnsigned: true, isBigEndian: true);

    private static string Account(string topic) => new Address(Hex.Decode(topic).AsSpan(12)).ToString();
}
