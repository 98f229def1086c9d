using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;

namespace Relayer.Core.Providers;

/// <summary>A custom error whose arguments are addresses and unsigned integers, by its canonical signature.</summary>
internal sealed class KnownError
{
    private const int SelectorSize = 4;

    private readonly string _name;
    private readonly byte[] _selector;
    private readonly string[] _types;

    private KnownError(string signature)
    {
        var at = signature.IndexOf('(', StringComparison.Ordinal);
        _name = signature[..at];
        _types = signature[(at + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries);
        _selector = Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).Span[..SelectorSize].ToArray();
    }

    public static KnownError Parse(string signature) => new(signature);

    /// <summary>The error by name and arguments, when the data is this one in strict encoding.</summary>
    public bool TryDescribe(ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!data.StartsWith(_selector))
        {
            return false;
        }

        var reader = new AbiReader(data[SelectorSize..]);
        var arguments = new string[_types.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _types[i] == "address"
                ? reader.Address().ToString()
                : reader.Number(int.Parse(_types[i]["uint".Length..], CultureInfo.InvariantCulture)).ToString();
        }

        text = reader.IsAtEnd ? $"{_name}({string.Join(", ", arguments)})" : null;
        return text is not null;
    }
}
