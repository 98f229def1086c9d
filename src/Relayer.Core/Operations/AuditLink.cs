using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Relayer.Core.Operations;

/// <summary>An entry of the audit with its place in the chain. The database makes the hashes; this says, without asking it, what they should be.</summary>
/// <param name="Record">The entry.</param>
/// <param name="Previous">The hash of the entry before.</param>
/// <param name="Hash">The entry's own.</param>
public sealed record AuditLink(AuditRecord Record, ReadOnlyMemory<byte> Previous, ReadOnlyMemory<byte> Hash)
{
    /// <summary>What stands before the first entry: 32 zeros.</summary>
    public static ReadOnlyMemory<byte> Start { get; } = new byte[SHA256.HashSizeInBytes];

    /// <summary>What is wrong with it after the entry whose hash is <paramref name="before"/>; null when nothing is. Pure.</summary>
    public string? FaultAfter(ReadOnlyMemory<byte> before) =>
        !Previous.Span.SequenceEqual(before.Span) ? "the entry before it was changed, removed or put in"
        : !Hash.Span.SequenceEqual(HashOf(Record, before.Span)) ? "it was changed"
        : null;

    /// <summary>The hash of an entry, as the function <c>audit_hash</c> of the migration <c>0014_audit_chain</c> makes it. Pure.</summary>
    public static byte[] HashOf(AuditRecord record, ReadOnlySpan<byte> previous)
    {
        ArgumentNullException.ThrowIfNull(record);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        Append(record.Id);
        Append((record.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        var entry = record.Entry;
        foreach (var text in new[] { entry.Instruction.Who, entry.Action, entry.Target, entry.Instruction.Reason, entry.Outcome })
        {
            AppendText(Encoding.UTF8.GetBytes(text));
        }

        return hash.GetHashAndReset();

        void Append(long number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            hash.AppendData(bytes);
        }

        // With its length in front, so that no two entries are written alike.
        void AppendText(byte[] text)
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            hash.AppendData(length);
            hash.AppendData(text);
        }
    }
}
