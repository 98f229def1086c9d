using System.Numerics;
using DevChain.Abi;
using Nethereum.Contracts.Standards.ERC20.ContractDefinition;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Keepers.Cctp;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Upkeeps;

namespace Relayer.Core.Tests.Keepers.TypedContracts;

public sealed class TypedTests
{
    private static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000000a1");
    private static readonly Hash32 Word = Keccak256.Hash("word"u8);

    [Fact]
    public void Calls_are_encoded_as_the_generic_encoder_does()
    {
        AssertSame("checkUpkeep(bytes)", Typed.Encode(new CheckUpkeepFunction { CheckData = [1, 2, 3] }), new byte[] { 1, 2, 3 });
        AssertSame("performUpkeep(bytes)", Typed.Encode(new PerformUpkeepFunction { PerformData = new byte[64] }), new byte[64]);
        AssertSame("balanceOf(address)", Typed.Encode(new BalanceOfFunction { Owner = Someone.ToString() }), Someone);
        AssertSame("bridgeUSDCWithCircle()", Typed.Encode(new BridgeUsdcWithCircleFunction()));
        AssertSame(
            "createAccount(bytes32,uint256,address,address,address)",
            new PlannedAccount(Someone, Word, UInt256.MaxValue, Someone, default, Someone).CreateData(), Word, UInt256.MaxValue, Someone, default(Address), Someone);
        AssertSame("usedNonces(bytes32)", Typed.Encode(new UsedNoncesFunction { Key = Word.ToArray() }), Word);
        AssertSame("receiveMessage(bytes,bytes)", Typed.Encode(new ReceiveMessageFunction { Message = new byte[40], Attestation = [7] }), new byte[40], new byte[] { 7 });
        AssertSame("liquidateFlaggedAccounts(uint128[])", Typed.Encode(new LiquidateFlaggedAccountsFunction { AccountIds = [5] }), AbiValue.Of(5UL));
        AssertSame("getSettlementRewardCost(uint128,uint128)", Typed.Encode(new GetSettlementRewardCostFunction { MarketId = 100 }), 100UL, 0UL);
        Assert.Equal(AbiSignature.Parse("Transfer(address,address,uint256)").Hash, Typed.Topic<TransferEventDTO>());
        Assert.Equal(AbiSignature.Parse("MessageSent(bytes)").Hash, Typed.Topic<MessageSentEvent>());
        Assert.Equal(AbiSignature.Parse("MessageReceived(address,uint32,uint64,bytes32,bytes)").Hash, Typed.Topic<MessageReceivedEvent>());
        Assert.Equal(AbiSignature.Parse("MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)").Hash, Typed.Topic<MessageReceivedEvent2>());
    }

    [Fact]
    public void A_value_that_is_not_of_its_type_is_not_encoded()
    {
        Assert.Throws<ArgumentException>(() => Typed.Encode(new UsedNoncesFunction { Key = new byte[40] }));
        Assert.Throws<ArgumentException>(() => Typed.Encode(new UsedNoncesFunction { Key = new byte[31] }));
        Assert.Throws<ArgumentException>(() => Typed.Encode(new UsedNoncesFunction { Key = null! }));
        Assert.Throws<ArgumentException>(() => Typed.Encode(new LiquidateFunction { AccountId = BigInteger.One << 128 }));
        Assert.Throws<ArgumentException>(() => Typed.Encode(new LiquidateFunction { AccountId = -1 }));
        Assert.Throws<ArgumentException>(() => Typed.Encode(new BalanceOfFunction { Owner = "0x12" }));
    }

    [Fact]
    public void What_is_read_is_what_was_encoded_with_everything_nested()
    {
        var data = AbiEncoder.Encode(
            (AbiType.Tuple)AbiType.Parse("(string,(uint8,int64,bytes)[],bytes4,uint256[][2],(bool,address))"), "text",
            AbiValue.Of(AbiValue.Of(1UL, new BigInteger(-1), new byte[40]), AbiValue.Of(255UL, new BigInteger(long.MinValue), Array.Empty<byte>())),
            new byte[] { 1, 2, 3, 4 }, AbiValue.Of(AbiValue.Of(1UL, UInt256.MaxValue), AbiValue.Of()), AbiValue.Of(true, Someone));

        Assert.True(Typed.TryRead<EveryShape>(data, out var read));
        Assert.Equal("text", read.Text);
        Assert.Equal([(1, -1, 40), (255, long.MinValue, 0)], read.Parts.Select(part => ((int)part.Kind, part.Change, part.Data.Length)));
        Assert.Equal([1, 2, 3, 4], read.Tag);
        Assert.Equal([[1, UInt256.MaxValue.ToBigInteger()], []], read.Numbers);
        Assert.Equal((true, Someone.ToString()), (read.Both.Flag, read.Both.Account));
    }

    [Fact]
    public void More_after_the_last_value_is_read_only_where_a_newer_contract_may_say_more()
    {
        byte[] data = [.. AbiEncoder.Encode((AbiType.Tuple)AbiType.Parse("(bool,bytes)"), true, new byte[] { 9 }), .. new byte[32]];

        Assert.False(Typed.TryRead<CheckUpkeepAnswer>(data, out _));
        Assert.True(Typed.TryRead<CheckUpkeepAnswer>(data, out var read, allowTrailing: true));
        Assert.Equal([9], read.PerformData);
    }

    [Fact]
    public void Errors_of_the_market_are_told_by_name_and_arguments()
    {
        Assert.Equal(
            "SettlementWindowExpired(1, 2, 3)",
            PerpsErrors.Describe(AbiSignature.Parse("SettlementWindowExpired(uint256,uint256,uint256)").Encode(1UL, 2UL, 3UL)));
        Assert.Equal("InsufficientMargin(-5, 7)", PerpsErrors.Describe(AbiSignature.Parse("InsufficientMargin(int256,uint256)").Encode(new BigInteger(-5), 7UL)));
        Assert.Equal($"FeatureUnavailable({Word})", PerpsErrors.Describe(AbiSignature.Parse("FeatureUnavailable(bytes32)").Encode(Word)));
        Assert.Equal("KeeperCostsNotSet()", PerpsErrors.Describe(AbiSignature.Parse("KeeperCostsNotSet()").Encode()));
    }

    private static void AssertSame(string signature, byte[] data, params AbiValue[] arguments) =>
        Assert.Equal(AbiSignature.Parse(signature).Encode(arguments), data);
}
