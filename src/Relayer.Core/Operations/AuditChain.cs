using System.Globalization;
using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Operations;

/// <summary>What a look at the whole audit found.</summary>
/// <param name="Entries">How many entries there are up to the first fault.</param>
/// <param name="LastHash">The hash of the last of them, in hexadecimal: written down elsewhere, it proves later that nothing before it was touched.</param>
/// <param name="Fault">The first entry that is wrong, and how; null when all of it holds.</param>
public sealed record AuditVerdict(long Entries, string LastHash, string? Fault);

/// <summary>Checks that nobody changed, removed or put in an entry of the audit.</summary>
/// <remarks>
/// The chain alone cannot tell that its newest entries are missing, nor that somebody who owns the database made all of it anew: for that a hash
/// is needed that was kept elsewhere.
/// </remarks>
public static class AuditChain
{
    private const string Select = "select id, at, who, reason, action, target, outcome, prev_hash, hash from audit order by id";

    /// <summary>Reads every entry, the oldest first, until one is wrong.</summary>
    /// <param name="source">The database; it is only read.</param>
    /// <param name="known">A hash in hexadecimal that an earlier look ended with, and that must still be there; null for none.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NpgsqlException">The database is unavailable or refuses, or has no chained audit yet.</exception>
    public static async Task<AuditVerdict> VerifyAsync(NpgsqlDataSource source, string? known, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(Select, connection) { CommandTimeout = 0 };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var (entries, last, isKnown) = (0L, AuditLink.Start, known is null);
        while (await rows.ReadAsync(cancellation))
        {
            var link = Read(rows);
            if (link.FaultAfter(last) is { } fault)
            {
                return new AuditVerdict(entries, Text(last), Describe(link.Record, fault));
            }

            (entries, last) = (entries + 1, link.Hash);
            isKnown |= Text(last).Equals(known, StringComparison.OrdinalIgnoreCase);
        }

        return new AuditVerdict(entries, Text(last), isKnown ? null : "the hash that is known is nowhere in the chain: entries are missing, or all of it was made anew");
    }

    private static AuditLink Read(NpgsqlDataReader rows) => new(
        new AuditRecord(
            rows.GetInt64(0), rows.GetTime(1), new AuditEntry(new Instruction(rows.GetString(2), rows.GetString(3)), rows.GetString(4), rows.GetString(5), rows.GetString(6))),
        rows.GetFieldValue<byte[]>(7),
        rows.GetFieldValue<byte[]>(8));

    private static string Describe(AuditRecord record, string fault) => string.Create(
        CultureInfo.InvariantCulture, $"entry {record.Id} of {record.At:u} ({record.Entry.Action} by {record.Entry.Instruction.Who}): {fault}");

    private static string Text(ReadOnlyMemory<byte> hash) => Convert.ToHexStringLower(hash.Span);
}
