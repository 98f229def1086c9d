using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace DevChain;

/// <summary>A user without ether, who signs a request to raise its own count at the target, and waits until that is confirmed.</summary>
/// <param name="stack">Where everything runs.</param>
/// <param name="forwarder">Through which it goes.</param>
/// <param name="say">Told what happens, a line each.</param>
public sealed class CountingUser(DevStack stack, Forwarder forwarder, Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DevKey _key = DevKey.Create();

    /// <summary>Asks for the nonce, signs, posts and waits.</summary>
    /// <exception cref="DevChainException">The relayer refused, the relay failed, or it is not confirmed in time.</exception>
    public async Task<CountedRelay> RelayAsync(CancellationToken cancellation)
    {
        var http = stack.App.Http;
        var answer = await http.GetFromJsonAsync<JsonNode>(
            $"api/nonces/{forwarder.ChainId}/{forwarder.Address}/{_key.Address}", cancellation);
        var nonce = UInt256.Parse(answer!["nonce"]!.GetValue<string>());
        var deadline = forwarder.HasDeadline ? (ulong?)TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds() : null;
        var message = new ForwardRequest(
            _key.Address, stack.Contracts.Target, Wei.Zero, 100_000, nonce, deadline, Hex.Decode("0xd09de08a")); // increment()
        var signature = Secp256k1.Default.Sign(Hex.Decode(_key.PrivateKey), forwarder.Digest(message));

        using var posted = await http.PostAsJsonAsync("api/relay", RelayPost.Of(forwarder, message, signature.ToString()), cancellation);
        var relay = (await posted.Content.ReadFromJsonAsync<JsonNode>(cancellation))!;
        if (!posted.IsSuccessStatusCode)
        {
            throw new DevChainException($"The relayer refused: {relay["code"]}: {relay["detail"]}");
        }

        say($"{forwarder.Dialect}: posted, {relay["state"]}, transaction {relay["transactionHash"]}");
        return await WaitAsync(relay["id"]!.GetValue<string>(), cancellation);
    }

    private async Task<CountedRelay> WaitAsync(string id, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            var relay = (await stack.App.Http.GetFromJsonAsync<JsonNode>($"api/relay/{id}?wait=20", cancellation))!;
            switch (relay["state"]!.GetValue<string>())
            {
                case "confirmed":
                    var hash = relay["transactionHash"]!.GetValue<string>();
                    var payer = (await stack.Node.Rpc.SendAsync("eth_getTransactionByHash", [hash], cancellation)).GetProperty("from").GetString()!;
                    return new CountedRelay(
                        forwarder.Dialect, _key.Address, await stack.Node.BalanceAsync($"{_key.Address}", cancellation), hash, Address.Parse(payer),
                        new Wei(UInt256.Parse(relay["feeWei"]!.GetValue<string>())), await CountAsync(cancellation));
                case "failed" or "expired":
                    throw new DevChainException($"The relay {relay["state"]}: {relay["reason"]}");
                default:
                    break;
            }
        }

        throw new DevChainException($"The relay {id} is not confirmed after {Patience.TotalSeconds:0} seconds.");
    }

    private async Task<BigInteger> CountAsync(CancellationToken cancellation)
    {
        var selector = Keccak256.Hash("counts(address)"u8).Span[..4].ToArray();
        var call = new JsonObject
        {
            ["to"] = stack.Contracts.Target.ToString(),
            ["data"] = Hex.Encode([.. selector, .. new byte[12], .. _key.Address.Span]),
        };
        return JsonRpc.ToInteger(await stack.Node.Rpc.SendAsync("eth_call", [call, "latest"], cancellation));
    }
}

/// <summary>A confirmed relay.</summary>
/// <param name="Dialect">Through which forwarder it went.</param>
/// <param name="User">Who signed.</param>
/// <param name="UserWei">What the user holds, in wei.</param>
/// <param name="Hash">The transaction.</param>
/// <param name="Payer">Who paid for it.</param>
/// <param name="Fee">How much.</param>
/// <param name="Count">The user's count at the target.</param>
public sealed record CountedRelay(string Dialect, Address User, BigInteger UserWei, string Hash, Address Payer, Wei Fee, BigInteger Count);
