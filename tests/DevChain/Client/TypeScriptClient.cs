using System.Text.Json;
using DevChain.Processes;

namespace DevChain;

/// <summary>The TypeScript programs in <c>tests/client</c>: type-checked and compiled once per state of their sources.</summary>
public static class TypeScriptClient
{
    private static string Sources => RepositoryRoot.Combine("tests", "client");

    private static string Cache => RepositoryRoot.Combine("artifacts", "devchain", "client");

    /// <summary>Runs the frontend's client against a relayer; <c>--help</c> lists what it takes.</summary>
    public static Task<ClientRun> RelayAsync(IReadOnlyList<string> arguments, CancellationToken cancellation = default) =>
        RunAsync("main", arguments, cancellation);

    /// <summary>Runs a program and reads the line of JSON it prints at the end.</summary>
    /// <param name="program">The source's name without <c>.ts</c>.</param>
    /// <param name="arguments">What it takes.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="DevChainException">It does not compile, or printed no JSON.</exception>
    public static async Task<ClientRun> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        await NpmParts.EnsureInstalledAsync(cancellation: cancellation);
        var script = Path.Combine(await CompiledAsync(cancellation), program + ".js");
        await using var client = await ChildProcess.StartAsync(new CommandLine(NpmParts.Node, [script, .. arguments]));
        await client.WaitForExitAsync(cancellation);
        var summary = client.Output.Split('\n').LastOrDefault(line => line.StartsWith('{'))
            ?? throw new DevChainException($"{program} ended with code {client.ExitCode} and no summary:\n{client.Output}");
        return new(client.ExitCode, JsonElement.Parse(summary), client.Output);
    }

    private static async Task<string> CompiledAsync(CancellationToken cancellation)
    {
        var folder = Path.Combine(Cache, await HashSourcesAsync(cancellation));
        if (Directory.Exists(folder))
        {
            return folder;
        }

        await using var held = await FileLock.TakeAsync(Path.Combine(Cache, "compile.lock"), cancellation);
        if (!Directory.Exists(folder))
        {
            var unfinished = folder + ".unfinished";
            var compiler = NpmParts.Combine("typescript", "bin", "tsc");
            await ChildProcess.RunAsync(
                new CommandLine(NpmParts.Node, compiler, "--project", Sources, "--outDir", unfinished), cancellation: cancellation);
            Directory.Move(unfinished, folder);
        }

        return folder;
    }

    private static async Task<string> HashSourcesAsync(CancellationToken cancellation) =>
        await SourceHash.OfAsync([.. Directory.GetFiles(Sources), RepositoryRoot.Combine("package-lock.json")], cancellation);
}

/// <summary>How a program in <c>tests/client</c> ended.</summary>
/// <param name="ExitCode">0 when all went as it should.</param>
/// <param name="Summary">The line of JSON it printed.</param>
/// <param name="Output">All it wrote.</param>
public sealed record ClientRun(int ExitCode, JsonElement Summary, string Output);
