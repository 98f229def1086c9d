using System.Text;
using Functions.Bounds;
using Functions.Configuration;
using Functions.Operators;
using Microsoft.AspNetCore.Http;
using Relayer.Core.Configuration;

namespace Functions.Tests.Bounds;

public sealed class PublicReadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_many_ask_it_is_read_once_and_kept_for_its_time()
    {
        var time = new Clock();
        var (reads, count, open) = (Create(time), 0, new TaskCompletionSource<string>());
        using var leaving = new CancellationTokenSource();
        var left = Ask(leaving.Token);
        var asked = Enumerable.Range(0, 100).Select(_ => Ask(Cancellation)).ToArray();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        open.SetResult("first");
        Assert.All(await Task.WhenAll(asked).WaitAsync(Patience, Cancellation), answer => Assert.Equal("first", answer));
        time.Now += TimeSpan.FromSeconds(1.9);
        await Ask(Cancellation);
        Assert.Equal(1, count);
        time.Now += TimeSpan.FromSeconds(0.1);
        await Ask(Cancellation);
        Assert.Equal(2, count);

        Task<string> Ask(CancellationToken cancellation) => reads.ShareAsync(
            "it",
            async _ =>
            {
                Interlocked.Increment(ref count);
                return await open.Task;
            },
            cancellation);
    }

    [Fact]
    public async Task A_failure_is_told_to_those_who_waited_and_the_next_one_reads_anew()
    {
        var reads = Create(TimeProvider.System);
        await Assert.ThrowsAsync<InvalidOperationException>(() => reads.ShareAsync<string>("it", _ => throw new InvalidOperationException(), Cancellation));
        Assert.Equal("well", await reads.ShareAsync("it", _ => Task.FromResult("well"), Cancellation));
    }

    [Fact]
    public async Task So_many_at_once_use_the_database_and_no_more()
    {
        var reads = Create(TimeProvider.System);
        var (inside, most, open) = (0, 0, new TaskCompletionSource());
        var all = Enumerable.Range(0, 100).Select(i => reads.ReadAsync(
            new DefaultHttpContext().Request,
            async _ =>
            {
                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                await open.Task;
                Interlocked.Decrement(ref inside);
                return i;
            },
            Cancellation)).ToArray();
        open.SetResult();

        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(all).WaitAsync(Patience, Cancellation));
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Who_has_it_is_told_so_without_it()
    {
        var answer = new PublicAnswer(Encoding.UTF8.GetBytes("figures"), "text/plain", TimeSpan.FromSeconds(2));
        var first = await SendAsync(answer, null);
        var tag = first.Headers.ETag.ToString();

        Assert.Equal((200, "public, max-age=2", 7L), (first.StatusCode, first.Headers.CacheControl.ToString(), first.Body.Length));
        foreach (var known in new[] { tag, $"W/{tag}", $"\"of-another-time\", {tag}", "*" })
        {
            var again = await SendAsync(answer, known);
            Assert.Equal((304, tag, 0L), (again.StatusCode, again.Headers.ETag.ToString(), again.Body.Length));
        }

        foreach (var other in new[] { "\"of-another-time\"", "nonsense", "" })
        {
            Assert.Equal(200, (await SendAsync(answer, other)).StatusCode);
        }

        var later = await SendAsync(new PublicAnswer(Encoding.UTF8.GetBytes("Figures"), "text/plain", TimeSpan.Zero), tag);
        Assert.Equal((200, "no-cache"), (later.StatusCode, later.Headers.CacheControl.ToString()));
    }

    private static async Task<HttpResponse> SendAsync(PublicAnswer answer, string? known)
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.Request.Headers.IfNoneMatch = known;
        await answer.ExecuteAsync(context);
        return context.Response;
    }

    private static PublicReads Create(TimeProvider time)
    {
        var options = new RelayerOptions { Admission = new AdmissionOptions { MaxReads = 3 } };
        return new PublicReads(options, new CallerAddress(HostProfile.Alone, options), time);
    }

    private static void InterlockedMax(ref int most, int now)
    {
        int before;
        while ((before = Volatile.Read(ref most)) < now && Interlocked.CompareExchange(ref most, now, before) != before)
        {
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
