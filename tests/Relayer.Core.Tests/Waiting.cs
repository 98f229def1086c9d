namespace Relayer.Core.Tests;

/// <summary>Waiting for what comes by itself, or by what is done again and again meanwhile: bounded by a clock, never by a number of rounds.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Goes on until it is so; fails with what <paramref name="otherwise"/> says when it never is.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, Func<Task> meanwhile, Func<string> otherwise)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, otherwise());
            await meanwhile();
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
