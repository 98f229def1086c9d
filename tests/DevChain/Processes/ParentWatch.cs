namespace DevChain.Processes;

/// <summary>Notices that the process that started this one is gone.</summary>
/// <remarks>
/// Who kills <c>dotnet run</c> kills only that: the program under it lives on under another parent, which is what is looked
/// for. Windows has no such sign; there nothing is noticed.
/// </remarks>
public sealed class ParentWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _ended;
    private readonly Timer? _timer;

    /// <summary>Starts watching.</summary>
    /// <param name="cancellation">What else ends the program.</param>
    public ParentWatch(CancellationToken cancellation)
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!OperatingSystem.IsWindows())
        {
            var parent = Unix.ParentId;
            _timer = new Timer(_ => EndUnless(Unix.ParentId == parent), null, Period, Period);
        }
    }

    /// <summary>Cancelled when the parent is gone, or with the token given.</summary>
    public CancellationToken Token => _ended.Token;

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _ended.Dispose();
    }

    private void EndUnless(bool isThere)
    {
        try
        {
            if (!isThere)
            {
                _ended.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // The last look, while the program ends anyway.
        }
    }
}
