using System.Globalization;
using Npgsql;
using Storms.Workloads;

namespace Storms.Faults;

/// <summary>A login to which the server gives few connections; beyond, it refuses with 53300.</summary>
internal sealed class NarrowRole
{
    private const string Password = "narrow";

    private NarrowRole(string name) => Name = name;

    public string Name { get; }

    public static async Task<NarrowRole> CreateAsync(SharedStack shared, int connections, CancellationToken cancellation)
    {
        var role = new NarrowRole("narrow_" + Guid.NewGuid().ToString("N")[..8]);
        var database = await shared.Stack.Postgres.CreateDatabaseAsync(cancellation);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            string.Create(CultureInfo.InvariantCulture, $"create role {role.Name} login password '{Password}' connection limit {connections}"), connection);
        await command.ExecuteNonQueryAsync(cancellation);
        return role;
    }

    public string Connect(string database) =>
        new NpgsqlConnectionStringBuilder(database) { Username = Name, Password = Password }.ConnectionString;
}
