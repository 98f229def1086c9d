using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>ERC-7412: answers an oracle, with the fee that it asks for.</summary>
[Function("fulfillOracleQuery")]
internal sealed class FulfillOracleQueryFunction : FunctionMessage
{
    [Parameter("bytes", "signedOffchainData", 1)]
    public byte[] SignedOffchainData { get; set; } = [];
}

/// <summary>What Synthetix's oracle over Pyth takes in those bytes.</summary>
internal sealed class SignedOffchainData
{
    [Parameter("uint8", "updateType", 1)]
    public byte Kind { get; set; }

    [Parameter("uint64", "stalenessOrTime", 2)]
    public ulong Time { get; set; }

    [Parameter("bytes32[]", "priceIds", 3)]
    public List<byte[]> Ids { get; set; } = [];

    [Parameter("bytes[]", "updateData", 4)]
    public List<byte[]> Updates { get; set; } = [];
}
