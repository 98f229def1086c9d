namespace Functions.Bounds;

/// <summary>Reads a stream that has to keep a pace: a clock runs from the first pause on, and each window has to bring its part or the end.</summary>
/// <remarks>What has come already is read without a clock.</remarks>
internal sealed class BodyPace : IDisposable
{
    private readonly int _least;
    private readonly TimeSpan _window;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _left;
    private bool _isRunning;
    private int _came;

    /// <summary>Starts without a clock.</summary>
    /// <param name="least">Bytes that each window has to bring.</param>
    /// <param name="window">How long it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="caller">Ends the reading.</param>
    public BodyPace(int least, TimeSpan window, TimeProvider time, CancellationToken caller)
    {
        (_least, _window, _caller) = (least, window, caller);
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _left = caller.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
    }

    /// <summary>The next bytes; 0 at the end.</summary>
    /// <exception cref="BadHttpRequestException">408: they come too slowly.</exception>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<byte> room)
    {
        var reading = stream.ReadAsync(room, _end.Token);
        if (!reading.IsCompleted && !_isRunning)
        {
            (_isRunning, _came) = (true, 0);
            _end.CancelAfter(_window);
        }

        try
        {
            var read = await reading;
            _came += read;
            if (_isRunning && _came >= _least)
            {
                _isRunning = false;
                _end.CancelAfter(Timeout.InfiniteTimeSpan);
            }

            return read;
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested && !_caller.IsCancellationRequested)
        {
            Capacity.Count("slow_bodies");
            throw new BadHttpRequestException("The body comes too slowly.", StatusCodes.Status408RequestTimeout);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Dispose();
        _end.Dispose();
    }
}
