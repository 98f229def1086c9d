using System.Numerics;
using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Liquidation;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Keepers;

public sealed class AccountChecksTests
{
    private static readonly AbiType.Tuple Results = AbiSignature.Parse("r((bool,bytes)[])").Inputs;
    private static readonly AbiSignature Aggregate = AbiSignature.Parse("aggregate3Value((address,bool,uint256,bytes)[])");

    [Fact]
    public async Task Ten_thousand_accounts_are_a_hundred_calls_in_two_round_trips()
    {
        await using var node = await NodeStandIn.StartAsync(TestContext.Current.CancellationToken);
        var calls = 0;
        node.Answer = (method, parameters) =>
        {
            if (method != "eth_call")
            {
                return "0x1";
            }

            Interlocked.Increment(ref calls);
            return Hex.Encode(Reply(Hex.Decode(parameters[0].GetProperty("data").GetString()!)));
        };
        var chain = new ChainOptions { ChainId = node.ChainId };
        chain.Rpc.Add(node.Url);
        using var chains = new ChainClients(new RelayerOptions { Chains = { ["test"] = chain } }, TimeProvider.System, NullLogger<ChainClients>.Instance);
        var client = chains.Get(new ChainId(node.ChainId));
        var contract = Address.Parse("0x00000000000000000000000000000000000000a1");
        var settings = LiquidationSettings.From(new LiquidationOptions { Market = $"{contract}", Multicall = $"{contract}" });
        var checks = new AccountChecks(client, settings, new PerpsLoop(client, new NoPrices(), contract, contract, TimeProvider.System));
        var accounts = Enumerable.Range(1, 10_000).Select(i => new BigInteger(i)).ToArray();
        var found = await checks.FindAsync(accounts, TestContext.Current.CancellationToken);

        Assert.Equal([(new BigInteger(4_711), TargetKind.Position)], found);
        Assert.Equal(1 + 100, calls);
        Assert.Equal(2, node.Bodies.Count);
    }

    /// <summary>Nobody is flagged, and one account of them all is under water.</summary>
    private static byte[] Reply(byte[] data)
    {
        if (PerpsAbi.FlaggedAccounts.Begins(data))
        {
            return AbiEncoder.Encode(AbiSignature.Parse("f(uint256[])").Inputs, AbiValue.Of());
        }

        Assert.True(Aggregate.TryDecode(data, out var calls));
        return AbiEncoder.Encode(Results, AbiValue.Of([.. calls[0].AsItems().Select(call => AbiValue.Of(true, Answer(call.AsItems()[3].AsBytes().Span)))]));
    }

    private static byte[] Answer(ReadOnlySpan<byte> call)
    {
        var word = new byte[32];
        word[31] = PerpsAbi.CanLiquidate.TryDecode(call, out var account) && account[0].AsInteger() == 4_711 ? (byte)1 : (byte)0;
        return word;
    }

    private sealed class NoPrices : IPriceSource
    {
        public Task<PriceAnswer> ReadAsync(OracleQuery query, CancellationToken cancellation) =>
            Task.FromResult<PriceAnswer>(new PriceAnswer.Missing("none"));

        public void Forget(OracleQuery query)
        {
        }
    }
}
