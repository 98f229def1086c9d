using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Tests.Ethereum.Eip712;

/// <summary>What <c>eth_signTypedData_v4</c> takes: types, a primary type, a domain and a message.</summary>
/// <param name="DomainSeparator">The domain's hash.</param>
/// <param name="StructHash">The message's hash.</param>
public sealed record Eip712TypedData(Hash32 DomainSeparator, Hash32 StructHash)
{
    /// <summary>The digest to sign.</summary>
    public Hash32 Digest() => Eip712Domain.Digest(DomainSeparator, StructHash);

    /// <summary>Reads <c>{"types","primaryType","domain","message"}</c> and hashes it.</summary>
    /// <remarks>Without an <c>EIP712Domain</c> among the types, the domain's own members make its type.</remarks>
    /// <returns><see langword="false"/> when a part is missing or malformed, or a value is not of its type.</returns>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out Eip712TypedData? data)
    {
        data = null;
        if (!TryMember(json, "types", JsonValueKind.Object, out var typesJson)
            || !TryMember(json, "domain", JsonValueKind.Object, out var domainJson)
            || !TryMember(json, "message", JsonValueKind.Object, out var message)
            || !TryMember(json, "primaryType", JsonValueKind.String, out var primary)
            || !Eip712Json.TryText(primary, out var primaryType)
            || !TryReadTypes(typesJson, domainJson, out var types)
            || !types.TryHashStruct(Eip712Domain.TypeName, domainJson, out var separator)
            || !types.TryHashStruct(primaryType, message, out var structHash))
        {
            return false;
        }

        data = new Eip712TypedData(separator, structHash);
        return true;
    }

    private static bool TryReadTypes(JsonElement json, JsonElement domain, [NotNullWhen(true)] out Eip712Types? types)
    {
        types = null;
        var structs = new Dictionary<string, IReadOnlyList<Eip712Field>>(StringComparer.Ordinal);
        foreach (var entry in json.EnumerateObject())
        {
            if (!TryReadFields(entry.Value, out var fields) || !structs.TryAdd(entry.Name, fields))
            {
                return false;
            }
        }

        structs.TryAdd(
            Eip712Domain.TypeName,
            [.. Eip712Domain.AllFields.Where(field => domain.TryGetProperty(field.Name, out _))]);
        return Eip712Types.TryCreate(structs, out types);
    }

    private static bool TryReadFields(JsonElement json, [NotNullWhen(true)] out List<Eip712Field>? fields)
    {
        fields = null;
        if (json.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var read = new List<Eip712Field>(json.GetArrayLength());
        foreach (var field in json.EnumerateArray())
        {
            if (!TryMember(field, "name", JsonValueKind.String, out var name) || !Eip712Json.TryText(name, out var nameText)
                || !TryMember(field, "type", JsonValueKind.String, out var type) || !Eip712Json.TryText(type, out var typeText))
            {
                return false;
            }

            read.Add(new Eip712Field(nameText, typeText));
        }

        fields = read;
        return true;
    }

    private static bool TryMember(JsonElement json, string name, JsonValueKind kind, out JsonElement member)
    {
        member = default;
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out member) && member.ValueKind == kind;
    }
}
