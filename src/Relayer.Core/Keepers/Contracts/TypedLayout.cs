using System.Reflection;
using System.Text;
using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Contracts;

/// <summary>What is read once from the attributes of a function, its answer, an event or an error: Nethereum reads them with each call.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class TypedLayout
{
    private const int SelectorSize = 4;

    private readonly ParameterDecoder _decoder = new();
    private readonly PropertyInfo[] _properties;
    private readonly ParametersEncoder _encoder = new();

    private TypedLayout(Type type)
    {
        var parameters = new AttributesToABIExtractor().ExtractParametersFromAttributes(type)
            .Zip(PropertiesExtractor.GetPropertiesWithParameterAttribute(type)).OrderBy(item => item.First.Order).ToArray();
        _properties = [.. parameters.Select(item => item.Second)];
        Parameters = [.. parameters.Select(item => item.First)];
        Name = FunctionAttribute.GetAttribute(type)?.Name ?? EventAttribute.GetAttribute(type)?.Name ?? ErrorAttribute.GetAttribute(type)?.Name ?? "";
        Signature = new SignatureEncoder().GenerateSignature(Name, Parameters);
        Hash = Keccak256.Hash(Encoding.ASCII.GetBytes(Signature));
        Selector = Hash.Span[..SelectorSize].ToArray();
        Shape = AbiShape.Of(Parameters);
        Data = AbiShape.Of(Parameters.Where(parameter => !parameter.Indexed));
        Topics = [.. Parameters.Where(parameter => parameter.Indexed).Select(parameter => AbiShape.Of([parameter]))];
    }

    /// <summary>The name; empty for an answer.</summary>
    public string Name { get; }

    /// <summary>The canonical signature.</summary>
    public string Signature { get; }

    /// <summary>The signature's hash: an event's first topic.</summary>
    public Hash32 Hash { get; }

    /// <summary>What begins a call's or an error's data.</summary>
    public ReadOnlyMemory<byte> Selector { get; }

    /// <summary>The members in order.</summary>
    public Parameter[] Parameters { get; }

    /// <summary>The shape of all members.</summary>
    public AbiShape Shape { get; }

    /// <summary>The shape of an event's data: of the members that are not indexed.</summary>
    public AbiShape Data { get; }

    /// <summary>The shapes of the indexed members.</summary>
    public IReadOnlyList<AbiShape> Topics { get; }

    /// <summary>The layout of a type.</summary>
    public static TypedLayout Of<T>() => Cache<T>.Layout;

    /// <summary>The members' values in order; <see langword="null"/> when one is missing, or of a length that the library would pad.</summary>
    public object[]? Values(object message)
    {
        var values = new object[_properties.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (_properties[i].GetValue(message) is not { } value || !HasLength(Parameters[i].ABIType, value))
            {
                return null;
            }

            values[i] = Parameters[i].ABIType is TupleType
                ? _encoder.GetTupleComponentValuesFromTypeAttributes(_properties[i].PropertyType, value)
                : value;
        }

        return values;
    }

    /// <summary>Encodes the members.</summary>
    public byte[] Encode(object[] values) => _encoder.EncodeParameters(Parameters, values);

    /// <summary>Sets members from data that has passed their shape.</summary>
    public void Decode(object target, byte[] data, Func<Parameter, bool> which) =>
        _decoder.DecodeAttributes(data, target, [.. _properties.Where((_, i) => which(Parameters[i]))]);

    private static bool HasLength(ABIType type, object value) => type switch
    {
        AddressType => value is string text && Address.TryParse(text, out _),
        Bytes32Type or BytesElementaryType => value is byte[] bytes && bytes.Length == type.StaticSize,
        _ => true,
    };

    private static class Cache<T>
    {
        public static readonly TypedLayout Layout = new(typeof(T));
    }
}
