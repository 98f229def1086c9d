using System.Runtime.InteropServices;
using DevChain.Browser;
using DevChain.Processes;

namespace DevChain;

/// <summary>
/// <c>dotnet run --project tests/DevChain</c>: the chain and the database without the app, for an app started from an
/// editor. Prints the settings the app needs, and stays until Ctrl-C. With <c>-- browser</c> it only gets npm's browser ready, for
/// a machine that will have no network when it tests, and prints where it is; another folder than <c>tests/browser</c> may follow.
/// </summary>
internal static class Tool
{
    private static async Task<int> Main(string[] arguments)
    {
        using var ended = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            using var watch = new ParentWatch(ended.Token);
            await (arguments is ["browser", .. var folder] ? GetBrowserAsync(folder, watch.Token) : RunAsync(watch.Token));
            return 0;
        }
        catch (DevChainException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true; // Ended by Main, in order.
            ended.Cancel();
        }
    }

    private static async Task GetBrowserAsync(string[] folder, CancellationToken cancellation)
    {
        if (!NpmBrowser.RunsHere)
        {
            throw new DevChainException("npm's browser is for Linux on x64 only");
        }

        var browser = await new NpmBrowser(folder.FirstOrDefault(NpmBrowser.Folder)).EnsureInstalledAsync(Console.Error.WriteLine, cancellation);
        Console.WriteLine(browser.Program);
    }

    private static async Task RunAsync(CancellationToken cancellation)
    {
        var options = new DevStackOptions { StartApp = false, Progress = Console.Error.WriteLine };
        await using var stack = await DevStack.StartAsync(options, cancellation);
        foreach (var (key, value) in stack.Settings)
        {
            Console.WriteLine($"{key}={value}");
        }

        Console.WriteLine($"# anvil is process {stack.Node.ProcessId}, PostgreSQL is process {stack.Postgres.ProcessId}");
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }
}
