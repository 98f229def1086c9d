using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Oracles;

namespace Relayer.Core.Tests.Keepers;

public sealed class OracleNeedTests
{
    private static readonly Address Oracle = Address.Parse("0x00000000000000000000000000000000000000a1");
    private static readonly Hash32 Feed = Keccak256.Hash("feed"u8);

    [Theory]
    [InlineData("q(uint8,uint64,bytes32[1])", 96)]
    [InlineData("q(uint8,uint64,bytes32[])", 160)]
    public void Both_encodings_of_a_query_mean_the_same(string type, int length)
    {
        var query = Query(type, 2, 1_700_000_000);
        var need = Assert.IsType<OracleNeed.Data>(OracleNeed.Read(Error("OracleDataRequired(address,bytes)", Oracle, query)));
        var priced = Assert.IsType<OracleNeed.Data>(OracleNeed.Read(Error("OracleDataRequired(address,bytes,uint256)", Oracle, query, 7UL)));
        var read = Assert.Single(need.Queries);

        Assert.Equal(length, query.Length);
        Assert.Equal((Oracle, OracleQuery.Benchmark, 1_700_000_000UL), (read.Oracle, read.Kind, read.Time));
        Assert.Equal([Feed], read.Ids);
        Assert.Equal(read.Key, Assert.Single(priced.Queries).Key);
    }

    [Fact]
    public void Errors_within_errors_are_read_and_each_question_is_asked_once()
    {
        var inner = Error("OracleDataRequired(address,bytes)", Oracle, Query("q(uint8,uint64,bytes32[1])", 1, 60));
        var nested = Error("Errors(bytes[])", AbiValue.Of(inner, Error("Errors(bytes[])", AbiValue.Of(inner))));

        Assert.Single(Assert.IsType<OracleNeed.Data>(OracleNeed.Read(nested)).Queries);
        Assert.Equal(new OracleNeed.Fee(new Wei(5)), OracleNeed.Read(Error("FeeRequired(uint256)", 5UL)));
        Assert.Null(OracleNeed.Read(Error("Errors(bytes[])", AbiValue.Of(inner, new byte[] { 1, 2, 3, 4 }))));
    }

    [Fact]
    public void Hostile_data_is_no_need()
    {
        var deep = Error("OracleDataRequired(address,bytes)", Oracle, Query("q(uint8,uint64,bytes32[1])", 2, 1));
        for (var i = 0; i < 10; i++)
        {
            deep = Error("Errors(bytes[])", AbiValue.Of(deep));
        }

        Assert.Null(OracleNeed.Read(deep));
        Assert.Null(OracleNeed.Read([]));
        Assert.Null(OracleNeed.Read(Error("OracleDataRequired(address,bytes)", Oracle, Query("q(uint8,uint64,bytes32[1])", 9, 1))));
        Assert.Null(OracleNeed.Read(Error("OracleDataRequired(address,bytes)", Oracle, new byte[95])));
    }

    private static byte[] Query(string type, ulong kind, ulong time) =>
        AbiEncoder.Encode(AbiSignature.Parse(type).Inputs, kind, time, AbiValue.Of(Feed));

    private static byte[] Error(string signature, params IReadOnlyList<AbiValue> arguments) => AbiSignature.Parse(signature).Encode(arguments);
}
