using System.Text.Json.Nodes;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Tests.Providers;

namespace Relayer.Core.Tests.Relay;

/// <summary>Why a transaction did not carry a request out, where the preferred one of three nodes tells of a block long gone.</summary>
public sealed class DisagreedDiagnosisTests : ManyNodesTests
{
    private static readonly string Zero = $"0x{new string('0', 64)}";
    private static readonly string One = $"0x{new string('0', 63)}1";

    [Fact]
    public async Task That_its_nonce_is_free_and_its_call_would_succeed_is_not_one_nodes_word_to_say()
    {
        Assert.Null(await AskAsync(Zero, One, One));
    }

    [Fact]
    public async Task What_most_of_them_say_is_told()
    {
        Assert.Equal("it reverted when it was mined and would succeed now", await AskAsync(One, Zero, Zero));
    }

    [Fact]
    public async Task Two_that_contradict_each_other_end_nothing()
    {
        Assert.Null(await AskAsync(Zero, One));
    }

    /// <summary>Each node answers every call with its own word, which says whether the nonce is used.</summary>
    private async Task<string?> AskAsync(params string[] words)
    {
        var client = await ConnectAsync([.. words.Select(_ => 10L)]);
        foreach (var (node, word) in Nodes.Zip(words))
        {
            node.KnowsHeight = true;
            node.Answer = (method, _) => method == "eth_call" ? JsonValue.Create(word) : "0x1";
        }

        var forwarder = new InfinexForwarder(Chain, Account, "Infinex");
        var message = new ForwardRequest(Samples.User.Address, Account, Wei.Zero, 100_000, 7, null, new byte[] { 1, 2, 3, 4 });
        var signature = Secp256k1.Default.Sign(Hex.Decode(Samples.User.PrivateKey), forwarder.Digest(message));
        var relay = new SignedRelay(
            forwarder.Digest(message), forwarder.Address, message.From, message.To, message.Value, message.Gas, message.Nonce, message.Data,
            signature.ToArray(), Samples.Now.AddMinutes(10), IsBehind: false);
        var options = new RelayerOptions
        {
            Chains = { ["test"] = new() { ChainId = Chain.Value, Forwarders = { new() { Address = Account, Dialect = InfinexForwarder.Name, Name = "Infinex" } } } },
        };
        return await new FailureDiagnosis(new RelayRoutes(options), client).WhyNotCarriedAsync(relay, wentAlone: true, minedIn: null, Samples.Now, Cancellation);
    }
}
