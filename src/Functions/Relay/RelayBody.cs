using System.Text.Json.Serialization;

namespace Functions.Relay;

/// <summary>A request to relay, as it is posted.</summary>
/// <param name="ChainId">The chain's EIP-155 id.</param>
/// <param name="Forwarder">The forwarder's address.</param>
/// <param name="Request">The signed message.</param>
/// <param name="Signature">65 bytes r ‖ s ‖ v in hexadecimal, s in the lower half, v 27 or 28 (0 and 1 are taken too).</param>
public sealed record RelayBody(long ChainId, string Forwarder, MessageBody Request, string Signature);

/// <summary>The message, member by member as it was signed.</summary>
/// <param name="From">The user.</param>
/// <param name="To">The contract called.</param>
/// <param name="Value">Wei, as decimal digits or 0x hexadecimal.</param>
/// <param name="Gas">Gas for the inner call, likewise.</param>
/// <param name="Nonce">The user's nonce, likewise.</param>
/// <param name="Data">Calldata in hexadecimal.</param>
/// <param name="Deadline">Unix seconds; only for the OpenZeppelin dialect.</param>
public sealed record MessageBody(string From, string To, string Value, string Gas, string Nonce, string Data, long? Deadline = null);

/// <summary>Several requests at once.</summary>
/// <param name="Requests">1 to 100 <see cref="RelayBody"/>s: where each stands in the body.</param>
internal sealed record BatchBody([property: JsonConverter(typeof(RangesConverter))] IReadOnlyList<Range> Requests);

// As the API description shows it; BatchBody leaves each request to be read for itself, from the very bytes that came.
/// <summary>Several requests at once, each judged for itself.</summary>
/// <param name="Requests">1 to 100 requests.</param>
public sealed record BatchDescription(IReadOnlyList<RelayBody> Requests);

/// <summary>How bodies are read: nothing unknown, missing, twice or of another type, and not nested beyond need.</summary>
[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    MaxDepth = 8)]
[JsonSerializable(typeof(RelayBody))]
[JsonSerializable(typeof(BatchBody))]
internal sealed partial class RelayBodyJson : JsonSerializerContext;
