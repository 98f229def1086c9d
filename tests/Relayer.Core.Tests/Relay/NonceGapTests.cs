using System.Text.Json;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Tests.Providers;

namespace Relayer.Core.Tests.Relay;

/// <summary>Strangers post nonces whose turn has not come as they like: what is run for them is little.</summary>
public sealed class NonceGapTests : ManyNodesTests
{
    private int _calls;

    [Theory]
    [InlineData(5, 2, 2)] // The trial, and the nonce.
    [InlineData(2, 2, 5)] // Its turn has come: the nonce again, the trial again and the inner call, for the reason.
    public async Task A_nonce_whose_turn_has_not_come_is_asked_for_before_anything_else_is_run(int nonce, int next, int calls)
    {
        var client = await ConnectAsync(10);
        var forwarder = Samples.OpenZeppelin;
        var read = Hex.Encode(forwarder.EncodeNonceRead(Samples.User.Address, UInt256.Zero))[..10];
        Nodes[0].KnowsHeight = true;
        Nodes[0].Answer = (method, parameters) => method != "eth_call" ? "0x1" : Call(parameters);

        var view = await new ChainViewReader(client).ReadAsync(
            Samples.Candidate(message => message with { Nonce = (ulong)nonce }), predecessor: null, payer: null, fees: null, Cancellation);

        Assert.Equal(new NonceState.Sequential((ulong)next), view.Nonce);
        Assert.Equal(calls, _calls);
        Assert.Equal(nonce != next, view.Revert is null);

        JsonNode Call(JsonElement parameters)
        {
            _calls++;
            return $"{parameters}".Contains(read, StringComparison.Ordinal) ? $"0x{next:x64}" : NodeStandIn.Error(3, "execution reverted", "0x");
        }
    }
}
