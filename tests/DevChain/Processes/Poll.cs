namespace DevChain.Processes;

/// <summary>Waiting for something that announces itself by no event.</summary>
internal static class Poll
{
    /// <summary>Asks again and again until it is so.</summary>
    /// <returns>False when the time is over.</returns>
    public static async Task<bool> UntilAsync(
        Func<Task<bool>> isSo, TimeSpan patience, TimeSpan pause, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                return false;
            }

            await Task.Delay(pause, cancellation);
        }

        return true;
    }
}
