namespace Functions.Operators;

/// <summary>Waits for the app.</summary>
internal static class LifetimeExtensions
{
    /// <summary>Ends once the app serves: the start does not wait for a vault.</summary>
    public static async Task WhenServingAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.UnsafeRegister(
            static source => ((TaskCompletionSource)source!).TrySetResult(), started);
        await started.Task.WaitAsync(cancellation);
    }
}
