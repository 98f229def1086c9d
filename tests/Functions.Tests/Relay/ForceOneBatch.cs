using System.Text.Json.Nodes;
using Npgsql;

namespace Functions.Tests.Relay;

/// <summary>Makes requests gather: the write that accepts them is held up until all of them are at it.</summary>
internal static class ForceOneBatch
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Posts all at once while the signers' rows are locked, then lets go.</summary>
    public static async Task<Reply[]> PostAsync(IsolatedStack stack, IEnumerable<JsonObject> bodies)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(stack.World.Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var held = await connection.BeginTransactionAsync(Cancellation);
        await using (var command = new NpgsqlCommand("select 1 from signers for update", connection))
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var posts = bodies.Select(body => Reply.PostAsync(stack.Http, "api/relay", body)).ToArray();
        await using (var command = new NpgsqlCommand("select pg_sleep(2)", connection))
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        await held.CommitAsync(Cancellation);
        return await Task.WhenAll(posts);
    }
}
