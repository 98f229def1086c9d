using System.IO.Pipelines;

namespace Functions.Bounds;

/// <summary>Reads a body that has to keep a pace: a clock runs from the first pause on, and each window has to bring its part or the end.</summary>
/// <remarks>What has come already is read without a clock. A late read is called off in the reader's own way, which leaves the server able to go on.</remarks>
/// <param name="reader">The body.</param>
/// <param name="least">Bytes that each window has to bring.</param>
/// <param name="window">How long it is.</param>
/// <param name="time">The clock.</param>
internal sealed class BodyPace(PipeReader reader, int least, TimeSpan window, TimeProvider time) : IDisposable
{
    private ITimer? _timer;
    private bool _isRunning;
    private long _came;

    /// <summary>The next bytes, to be marked as read; or the end.</summary>
    /// <exception cref="BadHttpRequestException">408: they come too slowly.</exception>
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancellation)
    {
        var reading = reader.ReadAsync(cancellation);
        if (!reading.IsCompleted && !_isRunning)
        {
            (_isRunning, _came) = (true, 0);
            _timer ??= time.CreateTimer(static reader => ((PipeReader)reader!).CancelPendingRead(), reader, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(window, Timeout.InfiniteTimeSpan);
        }

        var result = await reading;
        if (result.IsCanceled)
        {
            reader.AdvanceTo(result.Buffer.Start);
            Capacity.Count("slow_bodies");
            throw new BadHttpRequestException("The body comes too slowly.", StatusCodes.Status408RequestTimeout);
        }

        _came += result.Buffer.Length;
        if (_isRunning && _came >= least)
        {
            _isRunning = false;
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();
}
