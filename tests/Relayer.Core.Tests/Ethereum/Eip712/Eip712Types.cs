using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Ethereum.Eip712;

namespace Relayer.Core.Tests.Ethereum.Eip712;

/// <summary>A set of EIP-712 structs that may refer to each other, ready to hash values of them.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class Eip712Types
{
    /// <summary>The most structs in one set; it bounds how deep they refer to each other.</summary>
    public const int MaxStructs = 256;

    private readonly Dictionary<string, Definition> _definitions;

    private Eip712Types(Dictionary<string, Definition> definitions)
    {
        _definitions = definitions;
        foreach (var (name, definition) in definitions)
        {
            definition.TypeHash = Keccak256.Hash(Encoding.UTF8.GetBytes(EncodeType(name)));
        }
    }

    /// <summary>Takes structs by name, their members in order.</summary>
    /// <returns>
    /// <see langword="false"/> when a name is not an identifier or hides an elementary type, a member comes twice,
    /// a type is neither elementary nor among the structs, or there are more than <see cref="MaxStructs"/>.
    /// </returns>
    public static bool TryCreate(
        IReadOnlyDictionary<string, IReadOnlyList<Eip712Field>> structs, [NotNullWhen(true)] out Eip712Types? types)
    {
        types = null;
        var definitions = new Dictionary<string, Definition>(StringComparer.Ordinal);
        if (structs.Count > MaxStructs)
        {
            return false;
        }

        foreach (var (name, fields) in structs)
        {
            if (!IsIdentifier(name) || AbiType.TryParse(name, out _) || !TryDefine(fields, structs, out var definition))
            {
                return false;
            }

            definitions.Add(name, definition);
        }

        types = new Eip712Types(definitions);
        return true;
    }

    /// <summary>True when there is such a struct.</summary>
    public bool Contains(string name) => _definitions.ContainsKey(name);

    /// <summary>A struct as EIP-712 hashes it: itself first, then those it refers to, by name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    public string EncodeType(string name)
    {
        var referred = new SortedSet<string>(StringComparer.Ordinal);
        Collect(name, referred);
        referred.Remove(name);
        return string.Concat(referred.Prepend(name).Select(each => Eip712Field.EncodeType(each, _definitions[each].Fields)));
    }

    /// <summary>The hash of <see cref="EncodeType"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    public Hash32 TypeHash(string name) => _definitions[name].TypeHash;

    /// <summary>The hash of a struct's value: a sequence of its members in order.</summary>
    /// <exception cref="KeyNotFoundException">There is no such struct.</exception>
    /// <exception cref="ArgumentException">The value is not of that struct.</exception>
    public Hash32 HashStruct(string name, AbiValue value)
    {
        var definition = _definitions[name];
        if (value is not AbiValue.Sequence { Elements: var members } || members.Count != definition.Types.Length)
        {
            throw new ArgumentException($"the value is not a {name}", nameof(value));
        }

        var words = new byte[(1 + members.Count) * AbiWriter.Word];
        definition.TypeHash.Span.CopyTo(words);
        for (var i = 0; i < members.Count; i++)
        {
            WriteWord(words.AsSpan((i + 1) * AbiWriter.Word, AbiWriter.Word), definition.Types[i], members[i]);
        }

        return Keccak256.Hash(words);
    }

    /// <summary>The hash of a struct's value as wallets take it in JSON.</summary>
    /// <returns>
    /// <see langword="false"/> when there is no such struct, a member is missing or unknown, or one is not of its type.
    /// </returns>
    public bool TryHashStruct(string name, JsonElement json, out Hash32 hash)
    {
        hash = default;
        if (!Contains(name) || !TryRead(new Eip712Type.Struct(name), json, 0, out var value))
        {
            return false;
        }

        hash = HashStruct(name, value);
        return true;
    }

    internal bool TryRead(Eip712Type type, JsonElement json, int depth, [NotNullWhen(true)] out AbiValue? value)
    {
        value = null;
        return depth <= MaxDepth && type switch
        {
            Eip712Type.Elementary elementary => Eip712Json.TryRead(elementary.Type, json, out value),
            Eip712Type.Array array => TryReadArray(array, json, depth + 1, out value),
            Eip712Type.Struct { Name: var name } => TryReadStruct(_definitions[name], json, depth + 1, out value),
            _ => false,
        };
    }

    private const int MaxDepth = 64;

    private bool TryReadArray(Eip712Type.Array type, JsonElement json, int depth, [NotNullWhen(true)] out AbiValue? value)
    {
        value = null;
        if (json.ValueKind != JsonValueKind.Array || (type.Length is { } length && json.GetArrayLength() != length))
        {
            return false;
        }

        var elements = new List<AbiValue>(json.GetArrayLength());
        foreach (var item in json.EnumerateArray())
        {
            if (!TryRead(type.Element, item, depth, out var element))
            {
                return false;
            }

            elements.Add(element);
        }

        value = new AbiValue.Sequence(elements);
        return true;
    }

    private bool TryReadStruct(Definition type, JsonElement json, int depth, [NotNullWhen(true)] out AbiValue? value)
    {
        value = null;

        // As many members as the struct has, and each of them there: so none is unknown and none comes twice.
        if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Count() != type.Types.Length)
        {
            return false;
        }

        var members = new AbiValue[type.Types.Length];
        for (var i = 0; i < members.Length; i++)
        {
            if (!json.TryGetProperty(type.Fields[i].Name, out var item) || !TryRead(type.Types[i], item, depth, out var member))
            {
                return false;
            }

            members[i] = member;
        }

        value = new AbiValue.Sequence(members);
        return true;
    }

    private void WriteWord(Span<byte> word, Eip712Type type, AbiValue value)
    {
        switch (type, value)
        {
            case (Eip712Type.Elementary { Type: AbiType.Blob }, AbiValue.Blob blob):
                Keccak256.Hash(blob.Bytes.Span, word);
                break;
            case (Eip712Type.Elementary { Type: AbiType.Text }, AbiValue.Text text):
                Keccak256.Hash(Encoding.UTF8.GetBytes(text.Value), word);
                break;
            case (Eip712Type.Elementary { Type: var elementary }, _):
                AbiEncoder.WriteWord(word, elementary, value);
                break;
            case (Eip712Type.Array array, AbiValue.Sequence sequence)
                when array.Length is null || array.Length == sequence.Elements.Count:
                Keccak256.Hash(EncodeElements(array, sequence.Elements), word);
                break;
            case (Eip712Type.Struct { Name: var name }, _):
                HashStruct(name, value).Span.CopyTo(word);
                break;
            default:
                throw new ArgumentException("the value is not an array of that length", nameof(value));
        }
    }

    private byte[] EncodeElements(Eip712Type.Array type, IReadOnlyList<AbiValue> elements)
    {
        var words = new byte[checked(elements.Count * AbiWriter.Word)];
        for (var i = 0; i < elements.Count; i++)
        {
            WriteWord(words.AsSpan(i * AbiWriter.Word, AbiWriter.Word), type.Element, elements[i]);
        }

        return words;
    }

    private void Collect(string name, SortedSet<string> referred)
    {
        if (!referred.Add(name))
        {
            return;
        }

        foreach (var type in _definitions[name].Types)
        {
            if (type.StructName is { } other)
            {
                Collect(other, referred);
            }
        }
    }

    private static bool TryDefine(
        IReadOnlyList<Eip712Field> fields,
        IReadOnlyDictionary<string, IReadOnlyList<Eip712Field>> structs,
        [NotNullWhen(true)] out Definition? definition)
    {
        definition = null;
        var types = new Eip712Type[fields.Count];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < types.Length; i++)
        {
            if (!IsIdentifier(fields[i].Name) || !names.Add(fields[i].Name)
                || !Eip712Type.TryParse(fields[i].Type, structs.ContainsKey, out types[i]))
            {
                return false;
            }
        }

        definition = new Definition(fields, types);
        return true;
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');

    private sealed class Definition(IReadOnlyList<Eip712Field> fields, Eip712Type[] types)
    {
        public IReadOnlyList<Eip712Field> Fields { get; } = fields;

        public Eip712Type[] Types { get; } = types;

        public Hash32 TypeHash { get; set; }
    }
}
