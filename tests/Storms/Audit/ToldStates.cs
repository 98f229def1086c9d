using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Records;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>
/// Watches what users are told while blocks are taken back. An end that is told and that the chain contradicts is wrong; how long it was is from the first look
/// that saw it so to the first that did not any more.
/// </summary>
internal sealed class ToldStates(RelayerUnderTest relayer)
{
    private readonly Dictionary<Hash32, long> _wrongSince = [];

    /// <summary>Ends that are wrong now.</summary>
    public int Wrong => _wrongSince.Count;

    /// <summary>How often an end was found wrong.</summary>
    public int Found { get; private set; }

    /// <summary>The longest time for which one end was wrong, those that still are included.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Looks once: first at what is told, then at the chain, so that what is confirmed in between is not taken for wrong.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await using var connection = await relayer.OpenAsync(cancellation);
        var told = await Rows.ReadAsync(
            connection,
            $"""select id, forwarder, "from", nonce, state, success from relays where state >= {(int)RelayState.Confirmed}""",
            row => (
                Id: new Hash32(row.GetFieldValue<byte[]>(0)),
                Key: (new Address(row.GetFieldValue<byte[]>(1)), new Address(row.GetFieldValue<byte[]>(2)), Number(row.GetFieldValue<BigInteger>(3))),
                State: (RelayState)row.GetInt16(4)),
            cancellation);
        var executed = await ChainTruth.ReadExecutedAsync(relayer, [.. told.Select(end => end.Key.Item2)], cancellation);
        var now = TimeProvider.System.GetTimestamp();
        HashSet<Hash32> wrong = [.. told.Where(end => (end.State == RelayState.Confirmed) != executed[end.Key].Contains(true)).Select(end => end.Id)];
        foreach (var id in wrong.Where(id => _wrongSince.TryAdd(id, now)))
        {
            Found++;
        }

        foreach (var (id, since) in _wrongSince.ToArray())
        {
            var lasted = TimeProvider.System.GetElapsedTime(since, now);
            Longest = lasted > Longest ? lasted : Longest;
            if (!wrong.Contains(id))
            {
                _wrongSince.Remove(id);
            }
        }
    }

    private static UInt256 Number(BigInteger nonce) => UInt256.ReadBigEndian(Padded(nonce.ToByteArray(isUnsigned: true, isBigEndian: true)));

    private static byte[] Padded(byte[] digits) => [.. new byte[32 - digits.Length], .. digits];
}
