using System.Globalization;
using System.Text.Json.Nodes;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace DevChain;

/// <summary>What a frontend posts to <c>/api/relay</c>.</summary>
public static class RelayPost
{
    /// <summary>A message with its signature, as JSON.</summary>
    public static JsonObject Of(Forwarder forwarder, ForwardRequest message, string signature)
    {
        ArgumentNullException.ThrowIfNull(forwarder);
        ArgumentNullException.ThrowIfNull(message);
        var request = new JsonObject
        {
            ["from"] = message.From.ToString(),
            ["to"] = message.To.ToString(),
            ["value"] = message.Value.ToString(),
            ["gas"] = message.Gas.ToString(CultureInfo.InvariantCulture),
            ["nonce"] = message.Nonce.ToString(),
            ["data"] = Hex.Encode(message.Data.Span),
        };
        if (message.Deadline is { } deadline)
        {
            request["deadline"] = deadline;
        }

        return new JsonObject
        {
            ["chainId"] = forwarder.ChainId.Value,
            ["forwarder"] = forwarder.Address.ToString(),
            ["request"] = request,
            ["signature"] = signature,
        };
    }
}
