using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Functions.Operators;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relayer.Core.Telemetry;

namespace Functions.Tests.Hosting;

/// <summary>Who is let through to operators' functions, and what becomes of those who are not.</summary>
public sealed class OperatorGateTests
{
    private const string Looker = "looker-7f3b9c2e4d1a8605-looks-alone";
    private const string Treasurer = "treasurer-7f3b9c2e4d1a8605-may-do-all";
    private const string Wrong = "wrong-7f3b9c2e4d1a8605-of-somewhere-else";

    private static readonly string[] Operators =
    [
        "Environment=Development", $"Operators:looker:Key={Looker}", "Operators:looker:Role=look",
        $"Operators:treasurer:Key={Treasurer}", "Operators:treasurer:Role=Treasury",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("guarded", Looker, null, null, 200)]
    [InlineData("guarded", null, "Bearer " + Looker, null, 200)]
    [InlineData("guarded", null, "bearer  " + Looker, null, 200)]
    [InlineData("guarded", null, null, Looker, 401)]
    [InlineData("guarded", Looker, null, Wrong, 200)] // What else is in the query is not looked at.
    [InlineData("guarded", Treasurer, null, null, 200)]
    [InlineData("guarded", null, null, null, 401)]
    [InlineData("guarded", "", null, null, 401)]
    [InlineData("guarded", null, "Basic " + Looker, null, 401)]
    [InlineData("guarded", "L" + Looker, null, null, 401)]
    [InlineData("guarded", Wrong, "Bearer " + Looker, Looker, 401)] // The header wins, as in Azure.
    [InlineData("guarded", null, "Bearer " + Wrong, Looker, 401)]
    [InlineData("admin-only", Looker, null, null, 403)]
    [InlineData("admin-only", Treasurer, null, null, 200)]
    public async Task A_key_opens_what_its_role_allows(string path, string? header, string? authorization, string? query, int status)
    {
        await using var host = await SampleHost.StartAsync(settings: Operators);
        using var answer = await AskAsync(host, path, header, authorization, query);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status >= 400)
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation);
            Assert.Equal(status == 401 ? "unauthorized" : "forbidden", (string?)problem!["code"]);
            var detail = (string)problem["detail"]!;
            Assert.Contains(status == 401 ? "operator's key" : "needs the role treasury; yours is look", detail, StringComparison.Ordinal);
            Assert.Equal((header ?? authorization) is null && query is not null, detail.Contains("in the URL", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Without_operators_everything_that_is_theirs_is_closed(string environment)
    {
        await using var host = await SampleHost.StartAsync(settings: [$"Environment={environment}"]);
        foreach (var (path, key) in new[] { ("guarded", null), ("guarded", ""), ("admin-only", null), ("admin-only", Wrong) })
        {
            using var answer = await AskAsync(host, path, key);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Guessing_is_throttled_and_a_right_key_from_the_same_address_is_still_let_through()
    {
        await using var host = await SampleHost.StartAsync(settings: Operators);
        for (var i = 0; i < GuessLimiter.PerAddress; i++)
        {
            using var refused = await AskAsync(host, "guarded", $"{Wrong}-{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var throttled = await AskAsync(host, "guarded", Wrong);
        Assert.Equal(HttpStatusCode.TooManyRequests, throttled.StatusCode);
        Assert.Equal("too_many_requests", (string?)(await throttled.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["code"]);
        Assert.InRange(throttled.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        using var right = await AskAsync(host, "guarded", Looker);
        using var weak = await AskAsync(host, "admin-only", Looker);
        using var none = await AskAsync(host, "guarded");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized), (right.StatusCode, weak.StatusCode, none.StatusCode));
    }

    [Fact]
    public async Task Thousands_of_guesses_are_counted_and_told_in_a_line_a_minute_without_a_key()
    {
        const int Guesses = 2_000;
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var logs = new Lines();
        using var counted = new Counted();
        await using var host = await SampleHost.StartAsync(services => services.AddSingleton<TimeProvider>(time).AddSingleton<ILoggerProvider>(logs), [
            .. Operators, "Logging:LogLevel:Functions.Operators=Information",
        ]);

        await Parallel.ForEachAsync(Enumerable.Range(0, Guesses), Cancellation, async (i, _) =>
        {
            using var answer = await AskAsync(host, "guarded", $"{Wrong}-{i}");
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests);
        });

        Assert.Matches("without a right key \\((wrong|throttled)\\) from 127.0.0.1$", Assert.Single(logs.All));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal($"Operators' routes were called without a right key {Guesses - 1} more times in a minute from 127.0.0.1", Assert.Single(logs.All.Skip(1)));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, logs.All.Count);
        Assert.DoesNotContain(logs.All, line => line.Contains(Wrong, StringComparison.Ordinal));
        Assert.True(counted.Of("wrong") >= GuessLimiter.PerAddress); // Other tests refuse at the same time.
        Assert.True(counted.Of("throttled") >= Guesses - GuessLimiter.Together);
    }

    private static async Task<HttpResponseMessage> AskAsync(SampleHost host, string path, string? header = null, string? authorization = null, string? query = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{path}{(query is null ? "" : "?code=" + query)}");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(ShownKey.Header, header);
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await host.Client.SendAsync(request, Cancellation);
    }

    private sealed class Counted : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _counts = new();
        private readonly MeterListener _listener = new();

        public Counted()
        {
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _counts.AddOrUpdate((string)tags[0].Value!, value, (_, sum) => sum + value));
            _listener.EnableMeasurementEvents(RelayerMetrics.OperatorsRefused);
            _listener.Start();
        }

        public long Of(string reason) => _counts.GetValueOrDefault(reason);

        public void Dispose() => _listener.Dispose();
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> All => [.. _lines];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is > 1200 and < 1300)
            {
                _lines.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
