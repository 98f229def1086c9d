using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Relay.Records;

namespace Functions.Relay;

/// <summary>A relay as callers see it.</summary>
/// <param name="Id">The EIP-712 digest.</param>
/// <param name="State"><c>accepted</c>, <c>pending</c>, <c>mined</c>, <c>confirmed</c>, <c>failed</c> or <c>expired</c>.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Forwarder">The forwarder.</param>
/// <param name="From">The user.</param>
/// <param name="To">The contract called.</param>
/// <param name="Nonce">The user's nonce, decimal.</param>
/// <param name="TransactionHash">The transaction that carries it; another one may, until it is mined.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="Success">Whether the call succeeded; null until mined.</param>
/// <param name="Reason">Why not, decoded.</param>
/// <param name="FeeWei">What the relayer paid for it, decimal; null until mined.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="CarriedBy">Who sent the transaction that carried it out, where somebody else was faster; null otherwise.</param>
public sealed record RelayAnswer(
    string Id, string State, long ChainId, string Forwarder, string From, string To, string Nonce, string? TransactionHash,
    long? BlockNumber, bool? Success, string? Reason, string? FeeWei, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    string? CarriedBy = null)
{
    /// <summary>Shows a record.</summary>
    public static RelayAnswer Of(RelayRecord relay) => new(
        relay.Id.ToString(), StateName(relay.State), relay.ChainId.Value, relay.Forwarder.ToString(), relay.From.ToString(),
        relay.To.ToString(), relay.Nonce.ToString(), relay.TransactionHash?.ToString(), relay.BlockNumber, relay.Success, relay.Reason,
        relay.Fee?.ToString(), relay.CreatedAt, relay.UpdatedAt, relay.CarriedBy?.ToString());

    private static string StateName(RelayState state) => state switch
    {
        RelayState.Accepted => "accepted",
        RelayState.Pending => "pending",
        RelayState.Mined => "mined",
        RelayState.Confirmed => "confirmed",
        RelayState.Failed => "failed",
        _ => "expired",
    };
}

/// <summary>A page of a user's relays, newest first.</summary>
/// <param name="Relays">The relays.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record RelayPage(IReadOnlyList<RelayAnswer> Relays, string? NextCursor)
{
    /// <summary>Shows records that were read with one more than <paramref name="limit"/>.</summary>
    public static RelayPage Of(IReadOnlyList<RelayRecord> relays, int limit) => new(
        [.. relays.Take(limit).Select(RelayAnswer.Of)],
        relays.Count > limit ? relays[limit - 1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>A simulation that passed.</summary>
/// <param name="Ok">True.</param>
/// <param name="Gas">The gas limit of the transaction that would carry the request alone, decimal; about what the user's quota is charged.</param>
public sealed record SimulationAnswer(bool Ok, string Gas);

/// <summary>The outcomes of a batch, in the order of its requests.</summary>
/// <param name="Outcomes">One for each request.</param>
public sealed record BatchAnswer(IReadOnlyList<BatchOutcome> Outcomes);

/// <summary>What became of one request of a batch.</summary>
/// <param name="Status">The HTTP status that it would have had alone.</param>
/// <param name="Relay">The relay, when it was accepted or known.</param>
/// <param name="Problem">The problem, when it was refused.</param>
public sealed record BatchOutcome(int Status, RelayAnswer? Relay, JsonElement? Problem);

/// <summary>The nonce for a user's next request.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Forwarder">The forwarder.</param>
/// <param name="From">The user.</param>
/// <param name="Nonce">Decimal; the next in order, or fresh random bits.</param>
/// <param name="Nonces"><c>sequential</c> or <c>unordered</c>.</param>
public sealed record NonceAnswer(long ChainId, string Forwarder, string From, string Nonce, string Nonces);

/// <summary>What is served.</summary>
/// <param name="Chains">The chains.</param>
public sealed record ChainsAnswer(IReadOnlyList<ChainAnswer> Chains);

/// <summary>A chain and what is sponsored on it.</summary>
/// <param name="ChainId">The EIP-155 id.</param>
/// <param name="Name">Its name here.</param>
/// <param name="Confirmations">Blocks on top before a relay counts as confirmed.</param>
/// <param name="Forwarders">The forwarders.</param>
/// <param name="Targets">The contracts that may be called.</param>
public sealed record ChainAnswer(
    long ChainId, string Name, int Confirmations, IReadOnlyList<ForwarderAnswer> Forwarders, IReadOnlyList<TargetAnswer> Targets);

/// <summary>A forwarder, with all a wallet needs to build the message.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Dialect"><c>OpenZeppelin</c> or <c>Infinex</c>.</param>
/// <param name="Nonces"><c>sequential</c> or <c>unordered</c>.</param>
/// <param name="Domain">The EIP-712 domain.</param>
/// <param name="PrimaryType">The signed type.</param>
/// <param name="Types">The EIP-712 types.</param>
/// <param name="Limits">What a request may ask for.</param>
public sealed record ForwarderAnswer(
    string Address, string Dialect, string Nonces, DomainAnswer Domain, string PrimaryType,
    IReadOnlyDictionary<string, IReadOnlyList<FieldAnswer>> Types, LimitsAnswer Limits);

/// <summary>An EIP-712 domain.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="VerifyingContract">The forwarder.</param>
public sealed record DomainAnswer(string Name, string Version, long ChainId, string VerifyingContract);

/// <summary>A member of an EIP-712 type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record FieldAnswer(string Name, string Type);

/// <summary>What a request may ask for.</summary>
/// <param name="MaxGas">Gas, decimal.</param>
/// <param name="MaxValueWei">Wei, decimal.</param>
/// <param name="MaxDataBytes">Bytes of calldata, where a function does not say otherwise.</param>
/// <param name="MinDeadlineSeconds">The nearest deadline; null for a dialect without.</param>
/// <param name="MaxDeadlineSeconds">The farthest deadline; null for a dialect without.</param>
/// <param name="TimeToLiveSeconds">How long a request without a deadline is tried for; its signature stays usable until its nonce is spent.</param>
/// <param name="RelaysPerMinute">Requests of one user in a minute.</param>
/// <param name="GasPerDay">Gas that is paid for one user in a day (UTC), transaction and data included; decimal.</param>
public sealed record LimitsAnswer(
    string MaxGas, string MaxValueWei, int MaxDataBytes, long? MinDeadlineSeconds, long? MaxDeadlineSeconds, long? TimeToLiveSeconds,
    long RelaysPerMinute, string GasPerDay);

/// <summary>A contract that may be called.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Selectors">The functions' selectors; <c>*</c> stands for all others.</param>
/// <param name="Functions">The same functions, each with its limits.</param>
public sealed record TargetAnswer(string Address, IReadOnlyList<string> Selectors, IReadOnlyList<FunctionAnswer> Functions);

/// <summary>A function that may be called.</summary>
/// <param name="Selector">Its selector; <c>*</c> for all that are not listed.</param>
/// <param name="Signature">Its signature, where it is known here.</param>
/// <param name="MaxDataBytes">Bytes of calldata.</param>
/// <param name="Encoding"><c>canonical</c>: only the ABI's own encoding of the arguments; <c>any</c>: it is not looked at.</param>
public sealed record FunctionAnswer(string Selector, string? Signature, int MaxDataBytes, string Encoding);

/// <summary>How answers are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RelayAnswer))]
[JsonSerializable(typeof(RelayPage))]
[JsonSerializable(typeof(SimulationAnswer))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(NonceAnswer))]
[JsonSerializable(typeof(ChainsAnswer))]
internal sealed partial class RelayJson : JsonSerializerContext;
