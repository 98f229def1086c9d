using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace Relayer.Core.Tests.Keepers.TypedContracts;

/// <summary>An answer with every kind of type, nested: for what no keeper has yet.</summary>
internal sealed class EveryShape
{
    [Parameter("string", "text", 1)]
    public string Text { get; set; } = "";

    [Parameter("tuple[]", "parts", 2)]
    public List<Part> Parts { get; set; } = [];

    [Parameter("bytes4", "tag", 3)]
    public byte[] Tag { get; set; } = [];

    [Parameter("uint256[][2]", "numbers", 4)]
    public List<List<BigInteger>> Numbers { get; set; } = [];

    [Parameter("tuple", "pair", 5)]
    public Pair Both { get; set; } = new();

    internal sealed class Part
    {
        [Parameter("uint8", "kind", 1)]
        public byte Kind { get; set; }

        [Parameter("int64", "change", 2)]
        public long Change { get; set; }

        [Parameter("bytes", "data", 3)]
        public byte[] Data { get; set; } = [];
    }

    internal sealed class Pair
    {
        [Parameter("bool", "flag", 1)]
        public bool Flag { get; set; }

        [Parameter("address", "account", 2)]
        public string Account { get; set; } = "";
    }
}
