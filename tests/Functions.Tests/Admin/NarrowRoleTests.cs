using DevChain;
using DevChain.Processes;
using Functions.Tests.Hosting;
using Functions.Tests.Relay;
using Npgsql;

namespace Functions.Tests.Admin;

/// <summary>The app with the role of scripts/database-role.sql, and the commands that go with it.</summary>
[Collection(AdminCollection.Name)]
public sealed class NarrowRoleTests(IsolatedStacks stacks)
{
    private const string Database = "Database__ConnectionString";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_does_all_its_work_with_it_and_the_audit_is_verified_by_command()
    {
        await using var stack = await stacks.SettleAsync(AdminClient.Settings);
        await stack.App.StopAsync();
        var owner = stack.Settings[Database];
        Assert.Equal((0, true), await RunAsync(owner, "The schema is up to date", "database", "migrate"));
        var narrow = await NarrowAsync(owner);
        Assert.Equal((0, true), await RunAsync(narrow, "The schema is up to date", "database", "migrate"));

        var kept = await UseAsync(stack, narrow);
        Assert.Equal((0, true), await RunAsync(narrow, kept, "audit", "verify", "--known", kept));
        Assert.Equal((2, true), await RunAsync(narrow, "The audit is broken: the hash that is known is nowhere", "audit", "verify", "--known", new string('0', 64)));
        await ExecuteAsync(
            owner, "alter table audit disable trigger audit_is_append_only; update audit set who = 'nobody' where id = 2; alter table audit enable trigger audit_is_append_only");
        Assert.Equal((2, true), await RunAsync(narrow, "The audit is broken: entry 2 of ", "audit", "verify"));
        Assert.Equal((1, true), await RunAsync("", "Database:ConnectionString: is missing", "audit", "verify"));
        Assert.Equal(
            (1, true),
            await RunAsync(new NpgsqlConnectionStringBuilder(owner) { Port = FreePort.Next() }.ConnectionString, "The database cannot be used: ", "audit", "verify"));
    }

    /// <summary>A relay, a pause and a look at all of it.</summary>
    /// <returns>The newest hash of the audit.</returns>
    private static async Task<string> UseAsync(IsolatedStack stack, string narrow)
    {
        await using var app = await FunctionApp.StartAsync(new Dictionary<string, string>(stack.Settings) { [Database] = narrow }, cancellation: Cancellation);
        await app.WaitUntilReadyAsync(Cancellation);
        using var admin = new AdminClient(app);
        var posted = await Reply.PostAsync(app.Http, "api/relay", stack.World.Post(stack.World.Infinex, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(app.Http, posted["id"]!))["state"]);
        Assert.Equal("true", (await admin.PostAsync("sponsorship/pause", "prices look wrong"))["paused"]);
        Assert.Equal("false", (await admin.PostAsync("sponsorship/resume", "all is well"))["paused"]);
        Assert.True((await admin.PostAsync($"chains/31337/signers/{stack.Signer.Address}/pause", "a look")).Status == 200);
        foreach (var change in new[] { "update audit set who = 'nobody'", "delete from audit", "alter table audit disable trigger all", "drop table audit" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(narrow, change));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }

        Assert.True(await app.StopAsync());
        Assert.DoesNotContain("permission denied", app.Output, StringComparison.Ordinal);
        return $"{await stack.World.AskAsync("select encode(hash, 'hex') from audit order by id desc limit 1")}";
    }

    private static async Task<string> NarrowAsync(string owner)
    {
        var name = "app_" + Guid.NewGuid().ToString("N")[..8];
        var script = await File.ReadAllTextAsync(RepositoryRoot.Combine("scripts", "database-role.sql"), Cancellation);
        await ExecuteAsync(owner, $"set relayer.role = '{name}'; {script}; alter role {name} with password 'app'");
        return new NpgsqlConnectionStringBuilder(owner) { Username = name, Password = "app" }.ConnectionString;
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Runs a command of the program, as an operator does.</summary>
    /// <returns>The exit code, and whether it said that.</returns>
    private static async Task<(int? Code, bool HasSaid)> RunAsync(string database, string said, params string[] words)
    {
        using var folder = TempFolder.Create("command");
        var command = new CommandLine(ServedApp.PathOf(ServedApp.Real), words)
        {
            Environment = new Dictionary<string, string> { [Database] = database },
            WorkingDirectory = folder.Path,
        };
        await using var process = await ChildProcess.StartAsync(command);
        await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(process.Output);
        return (process.ExitCode, process.Output.Contains(said, StringComparison.Ordinal));
    }
}
