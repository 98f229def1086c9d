using Npgsql;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>What connections get unless the configuration says otherwise.</summary>
[Trait("needs", "services")]
public sealed class ConnectionDefaultsTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_not_mentioned_is_added_and_the_rest_is_left_alone()
    {
        var settings = Apply("Host=db;Username=relayer;Password=a b'c;Pooling=true;Maximum Pool Size=7");

        Assert.Equal(("db", "relayer", "a b'c", 7), (settings.Host, settings.Username, settings.Password, settings.MaxPoolSize));
        Assert.Equal((64, 2, true), (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages, settings.NoResetOnClose));
        Assert.Contains("enable_seqscan=off", settings.Options, StringComparison.Ordinal);
        Assert.Equal((5, 15), (settings.Timeout, settings.CommandTimeout));
    }

    [Theory]
    [InlineData("Max Auto Prepare=0")]
    [InlineData("MaxAutoPrepare=0")]
    [InlineData("max auto prepare=0")]
    public void What_is_configured_stays_however_it_is_written(string configured)
    {
        var settings = Apply($"Host=db;{configured};Options=-c search_path=relayer;NoResetOnClose=false;Timeout=30;CommandTimeout=40");

        Assert.Equal((0, "-c search_path=relayer", false), (settings.MaxAutoPrepare, settings.Options, settings.NoResetOnClose));
        Assert.Equal((2, 30, 40), (settings.AutoPrepareMinUsages, settings.Timeout, settings.CommandTimeout));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Application Name=council", " council")]
    [InlineData("ApplicationName=council", " council")]
    public void The_program_tells_the_server_its_version_before_any_other_name(string configured, string rest) => Assert.Equal(
        $"relayer/{Migration.All[^1].Number}{rest}", Apply($"Host=db;{configured}").ApplicationName);

    [Theory]
    [InlineData("Host=one,two", "primary", 1)]
    [InlineData("Server=one,two;Target Session Attributes=read-write;Host Recheck Seconds=3", "read-write", 3)]
    [InlineData("Host=one", null, 10)]
    public void Of_several_hosts_the_one_that_takes_writes_is_used_and_looked_for_anew(string configured, string? asked, int seconds)
    {
        var applied = Apply(configured);

        Assert.Equal((asked, seconds), (applied.TargetSessionAttributes, applied.HostRecheckSeconds));
    }

    [Fact]
    public void Applied_twice_nothing_changes()
    {
        var once = ConnectionDefaults.Apply("Host=db");

        Assert.Equal(new NpgsqlConnectionStringBuilder(once), new NpgsqlConnectionStringBuilder(ConnectionDefaults.Apply(once)));
    }

    [Fact]
    public void What_is_no_connection_string_is_refused() => Assert.Throws<ArgumentException>(() => ConnectionDefaults.Apply("nonsense"));

    [Fact]
    public async Task A_server_takes_them()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionDefaults.Apply(await postgres.CreateDatabaseAsync()));
        foreach (var (setting, value) in new[] { ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("enable_hashjoin", "off") })
        {
            await using var command = source.CreateCommand($"show {setting}");
            Assert.Equal(value, await command.ExecuteScalarAsync(Cancellation));
        }
    }

    private static NpgsqlConnectionStringBuilder Apply(string configured) => new(ConnectionDefaults.Apply(configured));
}
