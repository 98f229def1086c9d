using System.IO.Pipelines;
using Functions.Bounds;
using Functions.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Functions.Tests.Bounds;

public sealed class BodyPaceTests
{
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly Pipe _pipe = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_window_from_a_pause_on_has_to_bring_its_part_and_a_late_read_leaves_the_reader_whole()
    {
        using var pace = new BodyPace(_pipe.Reader, 500, TimeSpan.FromSeconds(5), _time);
        await WriteAsync(1_000);
        Assert.Equal(1_000, await ReadAsync(pace));
        Assert.Equal(0, _time.Waiting); // What is there already needs no clock.

        var pausing = ReadAsync(pace);
        Assert.Equal(1, _time.Waiting);
        _time.Advance(TimeSpan.FromSeconds(4));
        await WriteAsync(400);
        Assert.Equal(400, await pausing);
        Assert.Equal(1, _time.Waiting);
        pausing = ReadAsync(pace);
        await WriteAsync(100);
        Assert.Equal(100, await pausing);
        Assert.Equal(0, _time.Waiting); // The window has brought its part.
        _time.Advance(TimeSpan.FromMinutes(1));

        pausing = ReadAsync(pace);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(pausing.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(408, (await Assert.ThrowsAsync<BadHttpRequestException>(() => pausing)).StatusCode);
        await WriteAsync(7);
        Assert.Equal(7, (await _pipe.Reader.ReadAsync(Cancellation)).Buffer.Length);
    }

    private async Task<long> ReadAsync(BodyPace pace)
    {
        var came = (await pace.ReadAsync(Cancellation)).Buffer;
        var length = came.Length;
        _pipe.Reader.AdvanceTo(came.End);
        return length;
    }

    private async Task WriteAsync(int bytes) => await _pipe.Writer.WriteAsync(new byte[bytes], Cancellation);
}
