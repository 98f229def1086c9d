using System.ComponentModel;
using System.Diagnostics;

namespace DevChain.Processes;

/// <summary>A running child: its output is kept (the last lines), and it is gone after disposal.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Output _output;

    private ChildProcess(Process process, Output output)
    {
        _process = process;
        _output = output;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output => _output.ToString();

    public static Task<ChildProcess> StartAsync(CommandLine command, Action<string>? onLine = null) =>
        Spawner.RunAsync(() => Start(command, onLine));

    /// <summary>Runs a program to its end and returns what it wrote.</summary>
    /// <exception cref="DevChainException">It ended with another code than 0; the message carries its last lines.</exception>
    public static async Task<string> RunAsync(
        CommandLine command, Action<string>? onLine = null, CancellationToken cancellation = default)
    {
        await using var child = await StartAsync(command, onLine);
        await child.WaitForExitAsync(cancellation);
        return child.ExitCode == 0
            ? child.Output
            : throw new DevChainException($"{command.Program} ended with code {child.ExitCode}:\n{child.Output}");
    }

    /// <summary>Waits for the end of the process and of its output.</summary>
    public Task WaitForExitAsync(CancellationToken cancellation = default) => _process.WaitForExitAsync(cancellation);

    public void Signal(UnixSignal signal)
    {
        if (!HasExited)
        {
            Unix.Signal(Id, signal);
        }
    }

    /// <summary>Asks by a signal, waits, and kills what did not listen.</summary>
    /// <returns>True when the process ended by itself in time.</returns>
    public async Task<bool> StopAsync(UnixSignal signal, TimeSpan patience)
    {
        Signal(UnixSignal.Continue);
        Signal(signal);
        try
        {
            await WaitForExitAsync().WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            await KillAsync();
            return false;
        }
    }

    public async Task KillAsync()
    {
        Signal(UnixSignal.Kill);
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static ChildProcess Start(CommandLine command, Action<string>? onLine)
    {
        var output = new Output(onLine);
        var process = new Process { StartInfo = command.ToStartInfo() };
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new DevChainException($"{command.Program} does not start: {e.Message}", e);
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProcess(process, output);
    }
}
