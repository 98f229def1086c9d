using System.Diagnostics;
using DevChain;
using Relayer.Core.Configuration.Reading;

namespace Storms.Upgrade;

/// <summary>An earlier commit's app, published from a work tree of its own.</summary>
/// <param name="Commit">The whole id.</param>
/// <param name="Program">The program that serves alone.</param>
internal sealed record OldRelease(string Commit, string Program)
{
    private const int ShortId = 7;
    private const string Separator = "__";

    /// <summary>The commit as people write it.</summary>
    public string Name => Commit[..ShortId];

    /// <summary>Publishes it, unless it is there already: a commit does not change.</summary>
    /// <exception cref="DevChainException">There is no such commit here, or it cannot be built.</exception>
    public static async Task<OldRelease> BuildAsync(string name, Action<string> say, CancellationToken cancellation)
    {
        var commit = (await RunAsync("git", ["rev-parse", "--verify", $"{name}^{{commit}}"], cancellation)).Trim();
        var folder = RepositoryRoot.Combine("artifacts", "upgrade", commit[..ShortId]);
        var app = Path.Combine(folder, "app");
        if (!Directory.Exists(app))
        {
            say($"Building {name}…");
            await PublishAsync(commit, Path.Combine(folder, "source"), app, cancellation);
        }

        // Before SelfHost there was one program, which served alone as well.
        var program = new[] { "SelfHost", "Functions" }.Select(file => Path.Combine(app, file)).FirstOrDefault(File.Exists);
        return new OldRelease(commit, program ?? throw new DevChainException($"{app} has no program that serves alone"));
    }

    /// <summary>The settings that were renamed since, under the names that the release may know; what it does not know does nothing.</summary>
    public static Dictionary<string, string> FormerSettings(IReadOnlyDictionary<string, string> present)
    {
        var former = new Dictionary<string, string>();
        foreach (var (key, value) in present)
        {
            foreach (var entry in RenamedSettings.Table)
            {
                if (RenamedSettings.Rename(key.Split(Separator), entry.Present.Split(':'), entry.Former) is { } name)
                {
                    former[name.Replace(":", Separator, StringComparison.Ordinal)] = value;
                }
            }
        }

        return former;
    }

    private static async Task PublishAsync(string commit, string source, string app, CancellationToken cancellation)
    {
        await RunAsync("git", ["worktree", "prune"], cancellation);
        await RunAsync("git", ["worktree", "add", "--detach", "--force", source, commit], cancellation);
        try
        {
            var project = new[] { "SelfHost", "Functions" }.Select(name => Path.Combine(source, "src", name)).First(Directory.Exists);
            var half = app + ".half";
            await RunAsync(
                "dotnet",
                [
                    "publish", project, "--configuration", "Release", "--runtime", "linux-x64", "--self-contained", "false", "--output", half,
                    "--nologo", "-v", "quiet",
                ],
                cancellation);
            Directory.Move(half, app);
        }
        finally
        {
            await RunAsync("git", ["worktree", "remove", "--force", source], CancellationToken.None);
        }
    }

    private static async Task<string> RunAsync(string program, string[] words, CancellationToken cancellation)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, words) { RedirectStandardOutput = true, WorkingDirectory = RepositoryRoot.Path })
            ?? throw new DevChainException($"{program} does not start");
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? output
            : throw new DevChainException($"{program} {string.Join(' ', words)} ended with code {process.ExitCode}:\n{output}");
    }
}
