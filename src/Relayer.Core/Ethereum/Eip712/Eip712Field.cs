namespace Relayer.Core.Ethereum.Eip712;

/// <summary>A member of an EIP-712 struct.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type: an ABI type, a struct's name, or an array of either.</param>
public sealed record Eip712Field(string Name, string Type)
{
    /// <summary>One struct as EIP-712 writes it, without those it refers to: <c>Mail(Person from,string contents)</c>.</summary>
    public static string EncodeType(string name, IEnumerable<Eip712Field> fields) =>
        $"{name}({string.Join(',', fields.Select(field => $"{field.Type} {field.Name}"))})";
}
