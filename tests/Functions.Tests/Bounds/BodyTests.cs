using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Functions.Http;
using Functions.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Functions.Tests.Bounds;

/// <summary>What holds for every body, in a real server over sockets.</summary>
public sealed class BodyTests
{
    // Those of the sample functions wait for their time, too.
    private const int SampleTimers = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(4095, false)]
    [InlineData(4096, false)]
    [InlineData(4097, true)]
    [InlineData(70_000, true)]
    [InlineData(JsonBody.MaxBytes, false)]
    [InlineData(JsonBody.MaxBytes, true)]
    public async Task A_body_comes_through_as_it_is_whatever_its_length(int length, bool isChunked)
    {
        await using var host = await SampleHost.StartAsync();
        var text = string.Concat(Enumerable.Range(0, (length / 8) + 1).Select(i => $"{i % 10_000_000,8}"))[..length];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo/a/1") { Content = new StringContent(text, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = isChunked;
        using var answer = await host.Client.SendAsync(request, Cancellation);

        Assert.Equal(text, (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["body"]);
    }

    [Fact]
    public async Task A_body_that_pauses_is_refused_and_one_that_keeps_the_pace_is_not()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        await using var host = await SampleHost.StartAsync(services => services.AddSingleton<TimeProvider>(time), "Admission:MinBodyBytesPerSecond=100");
        await using var slow = await RawCall.OpenAsync(host.Client.BaseAddress!.Port);
        await using var steady = await RawCall.OpenAsync(host.Client.BaseAddress!.Port);
        await UntilAsync(() => time.Waiting == SampleTimers);
        await slow.PostAsync("/api/echo/a/1", 2000, 100);
        await UntilAsync(() => time.Waiting == SampleTimers + 1);
        time.Advance(TimeSpan.FromSeconds(4));
        await steady.PostAsync("/api/echo/a/1", 1100, 100);
        await UntilAsync(() => time.Waiting == SampleTimers + 2);

        time.Advance(TimeSpan.FromSeconds(1));
        var refusal = await slow.ReadAsync();
        Assert.StartsWith("HTTP/1.1 408 ", refusal, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", refusal, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", refusal, StringComparison.Ordinal);

        await steady.SendAsync(new string(' ', 1000));
        Assert.StartsWith("HTTP/1.1 200 ", await steady.ReadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Admission:MaxBodyBytesPerAddress=40000", "127.0.0.2", "429 too_many_requests")]
    [InlineData("Admission:MaxBodyBytes=40000", "127.0.0.3", "503 overloaded")]
    public async Task What_is_held_is_bounded_for_one_caller_and_for_all_and_what_is_given_back_is_free_again(string bound, string from, string refusal)
    {
        // Slow enough that a busy machine's held body is not refused for its pace, and let go of, before it was met.
        await using var host = await SampleHost.StartAsync(settings: [bound, "Admission:MinBodyBytesPerSecond=1"]);
        await using var held = await RawCall.OpenAsync(host.Client.BaseAddress!.Port, "127.0.0.2");
        await held.PostAsync("/api/echo/a/1", 20_001, 20_000); // All but one byte, in a buffer of 32,768.
        using var next = RawCall.Client(host.Client.BaseAddress, from);
        using var another = RawCall.Client(host.Client.BaseAddress, "127.0.0.4");

        await BecomesAsync(next, 20_000, refusal);
        Assert.Equal("200 ", await EchoAsync(another, 1_000));
        await held.SendAsync(" ");
        Assert.StartsWith("HTTP/1.1 200 ", await held.ReadAsync(), StringComparison.Ordinal);
        await BecomesAsync(next, 5_000, "200 ");
    }

    private static async Task<string> EchoAsync(HttpClient client, int length)
    {
        using var content = new StringContent(new string(' ', length), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/api/echo/a/1", UriKind.Relative), content, Cancellation);
        var json = await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation);
        Assert.True(answer.IsSuccessStatusCode || answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        return $"{(int)answer.StatusCode} {(string?)json!["code"]}";
    }

    private static async Task BecomesAsync(HttpClient client, int length, string answer)
    {
        var last = "";
        Assert.True(await Relay.RelayWorld.BecomesAsync(async () => (last = await EchoAsync(client, length)) == answer), $"{answer} expected, {last} found");
    }

    private static async Task UntilAsync(Func<bool> isSo) => Assert.True(await Relay.RelayWorld.BecomesAsync(() => Task.FromResult(isSo())));
}
