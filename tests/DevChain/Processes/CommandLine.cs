using System.Diagnostics;

namespace DevChain.Processes;

/// <summary>A program to run.</summary>
internal sealed record CommandLine(string Program, params IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>Runs as <c>nobody</c>; only root may ask for it.</summary>
    public bool AsNobody { get; init; }

    /// <summary>What the program gets when this process dies in whatever way.</summary>
    public UnixSignal OnParentDeath { get; init; } = UnixSignal.Kill;

    public ProcessStartInfo ToStartInfo()
    {
        string[] words = [.. Wrapper(), Program, .. Arguments];
        var info = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory ?? "",
        };
        foreach (var (name, value) in Environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        return info;
    }

    // Both wrappers replace themselves by the program, so that the process id stays. A session of its own keeps the
    // terminal's Ctrl-C away: whoever started the parts stops them, and in order.
    private List<string> Wrapper()
    {
        var words = new List<string>();
        if (ProgramPath.Find("setsid") is { } setsid)
        {
            words.Add(setsid);
        }

        if (OperatingSystem.IsLinux() && ProgramPath.Find("setpriv") is { } setpriv)
        {
            words.AddRange([setpriv, "--pdeathsig", OnParentDeath.ShortName()]);
            if (AsNobody)
            {
                words.AddRange([$"--reuid={Nobody.Id}", $"--regid={Nobody.Id}", "--clear-groups"]);
            }

            words.Add("--");
        }
        else if (AsNobody)
        {
            throw new DevChainException("PostgreSQL refuses to run as root, and setpriv (util-linux) is missing to run it as nobody");
        }

        return words;
    }
}
