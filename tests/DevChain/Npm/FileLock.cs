namespace DevChain;

/// <summary>A lock between processes: whoever holds the file open. The system lets go when the holder dies.</summary>
internal static class FileLock
{
    private const int WouldBlock = 11; // EWOULDBLOCK on Linux: somebody else holds it.
    private const int SharingViolation = unchecked((int)0x80070020); // The same on Windows.

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<FileStream> TakeAsync(string path, CancellationToken cancellation, Action? onFirstWait = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            if (TryTake(path) is { } held)
            {
                return held;
            }

            onFirstWait?.Invoke();
            onFirstWait = null;
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <returns>Null when somebody else holds it.</returns>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
        {
            return null;
        }
    }
}
