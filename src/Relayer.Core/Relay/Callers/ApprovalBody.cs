using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Callers;

/// <summary>What a service that approves requests is told. Numbers that may exceed 2^53 are decimal texts.</summary>
internal sealed record ApprovalBody(
    string Id, bool Simulated, string Caller, string? Client, long ChainId, string Forwarder, string From, string To, string Value, string Gas, string Nonce,
    string? Deadline, string Data)
{
    public static string Write(RelayCandidate candidate, bool isSimulation)
    {
        var message = candidate.Message;
        var body = new ApprovalBody(
            candidate.Id.ToString(), isSimulation, candidate.Caller.Kind.ToString().ToLowerInvariant(), candidate.Caller.Client,
            candidate.Request.ChainId.Value, candidate.Request.Forwarder.ToString(), message.From.ToString(), message.To.ToString(), message.Value.ToString(),
            message.Gas.ToString(CultureInfo.InvariantCulture), message.Nonce.ToString(), message.Deadline?.ToString(CultureInfo.InvariantCulture), Hex.Encode(message.Data.Span));
        return JsonSerializer.Serialize(body, ApprovalJson.Default.ApprovalBody);
    }
}

/// <summary>How it is written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ApprovalBody))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
