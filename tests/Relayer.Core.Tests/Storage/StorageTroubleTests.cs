using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>A log that a person can read while the database is away.</summary>
public sealed class StorageTroubleTests
{
    private readonly Timestamps _time = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void A_cause_is_said_once_in_a_minute_however_many_meet_it()
    {
        var trouble = Create();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(trouble.Tell(Refusal(PostgresErrorCodes.InvalidPassword)));
        }

        Assert.Contains("it refuses the password of Database:ConnectionString (28P01)", Assert.Single(_lines), StringComparison.Ordinal);
        Assert.True(trouble.Tell(Refusal(PostgresErrorCodes.ReadOnlySqlTransaction)));
        Assert.Equal(2, _lines.Count);
        _time.Advance(StorageTrouble.Pause);
        Assert.True(trouble.Tell(Refusal(PostgresErrorCodes.InvalidPassword)));
        Assert.Equal(3, _lines.Count);
    }

    [Fact]
    public void Causes_that_have_a_number_in_them_do_not_pile_up()
    {
        var trouble = Create();
        for (var i = 0; i < 10_000; i++)
        {
            trouble.Tell(new NpgsqlException($"cause {i}"));
        }

        Assert.True(trouble.Count <= 101, $"{trouble.Count}");
    }

    [Fact]
    public void What_is_not_the_databases_is_left_to_the_caller()
    {
        var trouble = Create();

        Assert.False(trouble.Tell(Refusal(PostgresErrorCodes.SyntaxError)));
        Assert.False(trouble.Tell(new InvalidOperationException("a bug")));
        Assert.False(trouble.Tell(new ChainUnavailableException(new ChainId(1), "down", new HttpRequestException("lost", new SocketException()))));
        Assert.Empty(_lines);
        Assert.True(trouble.Tell(new InvalidOperationException("wrapped", new NpgsqlException("broken", new SocketException((int)SocketError.ConnectionRefused)))));
        Assert.Contains("broken: ", Assert.Single(_lines), StringComparison.Ordinal);
    }

    private StorageTrouble Create() => new(_time, new Lines(_lines));

    private static PostgresException Refusal(string state) => new("the server's words", "FATAL", "FATAL", state);

    private sealed class Timestamps : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }

    private sealed class Lines(List<string> lines) : ILogger<StorageTrouble>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Null(exception);
            lines.Add(formatter(state, exception));
        }
    }
}
