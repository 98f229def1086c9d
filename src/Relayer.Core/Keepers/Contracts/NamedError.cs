using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.Model;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Contracts;

/// <summary>A custom error by its canonical signature, where a class for each would be too many.</summary>
/// <remarks>What is read has at most <see cref="Typed.MaxBytes"/> and is strictly encoded; nothing makes it throw. Safe for concurrent use.</remarks>
internal sealed class NamedError
{
    private const int SelectorSize = 4;
    private const char Tuple = '(';

    private readonly Parameter[]? _parameters;
    private readonly AbiShape? _shape;

    private NamedError(string signature)
    {
        var at = signature.IndexOf(Tuple, StringComparison.Ordinal);
        (Signature, Name) = (signature, signature[..at]);
        Selector = Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).Span[..SelectorSize].ToArray();
        var types = signature[(at + 1)..^1];
        if (!types.Contains(Tuple, StringComparison.Ordinal))
        {
            _parameters = [.. types.Split(',', StringSplitOptions.RemoveEmptyEntries).Select((type, i) => new Parameter(type, $"p{i}", i + 1))];
            _shape = AbiShape.Of(_parameters);
        }
    }

    /// <summary>The name alone.</summary>
    public string Name { get; }

    /// <summary>Name and types, as the ABI has them.</summary>
    public string Signature { get; }

    /// <summary>What its data begins with.</summary>
    public ReadOnlyMemory<byte> Selector { get; }

    /// <summary>Of <c>Name(type,type)</c>.</summary>
    public static NamedError Parse(string signature) => new(signature);

    /// <summary>The error by name and arguments, for people; only its name where they are tuples.</summary>
    /// <returns><see langword="false"/> for another error and for a malformed one.</returns>
    public bool TryDescribe(ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (data.Length > Typed.MaxBytes || !data.StartsWith(Selector.Span))
        {
            return false;
        }

        if (_parameters is null || _shape is null)
        {
            text = $"{Name}(…)";
            return true;
        }

        var arguments = data[SelectorSize..];
        if (!_shape.TryWalk(arguments, out var size) || size != arguments.Length)
        {
            return false;
        }

        var read = new ParameterDecoder().DecodeDefaultData(arguments.ToArray(), _parameters);
        text = RevertReason.Shorten($"{Name}({string.Join(", ", read.Select(argument => Show(argument.Result)))})");
        return true;
    }

    private static string Show(object? value) => value switch
    {
        byte[] bytes => Hex.Encode(bytes),
        string text => text,
        IEnumerable several => string.Join(' ', several.Cast<object?>().Select(Show)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
