using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Providers;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>A request that a forwarder carried out; its nonce is spent whether or not its call succeeded.</summary>
/// <param name="Signer">The user.</param>
/// <param name="Nonce">The nonce spent.</param>
/// <param name="Success">Whether the inner call succeeded.</param>
public readonly record struct ExecutedRequest(Address Signer, UInt256 Nonce, bool Success)
{
    /// <summary>The topic of <c>ExecutedForwardRequest(address indexed signer, uint256 nonce, bool success)</c>.</summary>
    public static Hash32 Topic { get; } =
        Hash32.Parse("0x842fb24a83793558587a3dab2be7674da4a51d09c5542d6dd354e5d0ea70813c");

    /// <summary>Reads the event, whichever contract emitted it.</summary>
    /// <returns><see langword="false"/> for another event or a malformed one.</returns>
    public static bool TryDecode(LogEntry log, out ExecutedRequest request)
    {
        request = default;
        var data = log.Data.Span;
        if (log.Topics.Count != 2 || log.Topics[0] != Topic || data.Length != 2 * AbiWriter.Word
            || data[AbiWriter.Word..^1].ContainsAnyExcept((byte)0) || data[^1] > 1)
        {
            return false;
        }

        var signer = log.Topics[1];
        var padding = AbiWriter.Word - Address.Size;
        if (signer.Span[..padding].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        request = new ExecutedRequest(new Address(signer.Span[padding..]), UInt256.ReadBigEndian(data), data[^1] == 1);
        return true;
    }
}
