using System.Collections.Concurrent;

namespace DevChain.Processes;

/// <summary>Starts every child from one thread that lives as long as this process.</summary>
/// <remarks>
/// Linux delivers the parent-death signal when the <em>thread</em> that started the child ends. A thread of the pool
/// retires when it idles, and would take its children with it.
/// </remarks>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> Work = [];

    static Spawner() => new Thread(Run) { IsBackground = true, Name = "DevChain spawner" }.Start();

    public static Task<T> RunAsync<T>(Func<T> start)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(start());
            }
            catch (Exception e) // Handed to whoever asked; the thread must live on.
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private static void Run()
    {
        foreach (var item in Work.GetConsumingEnumerable())
        {
            item();
        }
    }
}
