using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Storage;
using Relayer.Core.Transactions.Signers;

namespace Relayer.Core.Transactions.Watch;

/// <summary>Signers that were paused by errors again and again, as the records say: one incident for each, with the cause.</summary>
/// <param name="chainId">The chain.</param>
/// <param name="database">The records.</param>
internal sealed class FailingSigners(ChainId chainId, Database database)
{
    /// <summary>The kind of incident.</summary>
    public const string Kind = "signer_failing";

    /// <summary>Rests shortly after one another before a person is told: the first two are over within a minute.</summary>
    private const int Few = 3;

    private const string Sql = $"""
        select address, paused_reason, strikes::integer, retry_at from signers
        where chain_id = $1 and strikes >= $2 and (case when paused then paused_why = '{SignerPauseCause.Errors}' else retry_at > $3 end) order by address
        """;

    /// <summary>Those that fail now. One that was let go to be tried still does, until its errors would be news again.</summary>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<IncidentReport>> FindAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { Columns.Long(chainId.Value), Columns.Int(Few), Columns.Time(now - SignerPausePolicy.Forgotten) },
        };
        return await command.ReadListAsync(row => Report(row.GetAddress(0), row.GetTextOrNull(1), row.GetInt32(2), row.GetTimeOrNull(3)), cancellation);
    }

    private IncidentReport Report(Address signer, string? reason, int strikes, DateTimeOffset? retryAt) => new(
        Kind, IncidentSeverity.Warning, chainId, signer, $"Signer {signer} on chain {chainId} keeps failing",
        $"The cause: {reason ?? "not known"}. Paused {strikes} times in a row, the last time until {retryAt:u}; the others carry on. It goes on by itself once the cause is gone.");
}
