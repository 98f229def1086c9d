using System.Runtime.InteropServices;

namespace DevChain.Processes;

/// <summary>The few system calls that .NET has no method for.</summary>
internal static partial class Unix
{
    public static bool IsRoot => !OperatingSystem.IsWindows() && EffectiveUser() == 0;

    /// <summary>The parent now: another one once the process that started this one is gone.</summary>
    public static int ParentId => Parent();

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int processId, UnixSignal signal) => Kill(processId, (int)signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int Parent();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}

/// <summary>Signals by their numbers on Linux (x86-64 and ARM).</summary>
public enum UnixSignal
{
    None = 0,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static class UnixSignals
{
    /// <summary>The name as util-linux spells it.</summary>
    public static string ShortName(this UnixSignal signal) => signal switch
    {
        UnixSignal.Interrupt => "INT",
        UnixSignal.Quit => "QUIT",
        UnixSignal.Terminate => "TERM",
        UnixSignal.Kill => "KILL",
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "not a signal that ends a process"),
    };
}
