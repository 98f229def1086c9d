using DevChain.Processes;

namespace DevChain;

/// <summary>The contracts of development: compiled once per state of their sources, or taken from their package.</summary>
public static class Contracts
{
    private const string Target = "DemoTarget";
    private const string Infinex = "InfinexERC2771Forwarder";

    private static string Sources => RepositoryRoot.Combine("tests", "DevChain", "contracts");

    private static string Cache => RepositoryRoot.Combine("artifacts", "devchain", "contracts");

    /// <summary>OpenZeppelin's <c>ERC2771Forwarder</c>, as its package ships it compiled.</summary>
    public static async Task<ContractArtifact> OpenZeppelinForwarderAsync(
        Action<string>? progress = null, CancellationToken cancellation = default)
    {
        await NpmParts.EnsureInstalledAsync(progress, cancellation);
        var path = NpmParts.Combine("@openzeppelin", "contracts", "build", "contracts", "ERC2771Forwarder.json");
        return await ContractArtifact.ReadAsync(path, cancellation);
    }

    /// <summary>A contract of Safe 1.4.1, as its package ships it compiled.</summary>
    /// <param name="file">Its file below <c>contracts</c>, such as <c>libraries/MultiSend</c>; the contract has the file's name.</param>
    /// <param name="progress">Told what takes long.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<ContractArtifact> SafeAsync(string file, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        await NpmParts.EnsureInstalledAsync(progress, cancellation);
        var path = NpmParts.Combine("@safe-global", "safe-contracts", "build", "artifacts", "contracts", $"{file}.sol", $"{file.Split('/')[^1]}.json");
        return await ContractArtifact.ReadAsync(path, cancellation);
    }

    /// <summary>Our own forwarder of the Infinex dialect.</summary>
    public static Task<ContractArtifact> InfinexForwarderAsync(
        Action<string>? progress = null, CancellationToken cancellation = default) =>
        CompiledAsync(Infinex, progress, cancellation);

    /// <summary>The contract that users call through either forwarder.</summary>
    public static Task<ContractArtifact> DemoTargetAsync(
        Action<string>? progress = null, CancellationToken cancellation = default) =>
        CompiledAsync(Target, progress, cancellation);

    /// <summary>A contract of the folder <c>contracts</c>, by its name.</summary>
    public static async Task<ContractArtifact> CompiledAsync(
        string name, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        await NpmParts.EnsureInstalledAsync(progress, cancellation);
        var folder = Path.Combine(Cache, await HashSourcesAsync(cancellation));
        if (!Directory.Exists(folder))
        {
            await CompileAsync(folder, progress, cancellation);
        }

        return await ContractArtifact.ReadAsync(Path.Combine(folder, name + ".json"), cancellation);
    }

    private static async Task CompileAsync(string folder, Action<string>? progress, CancellationToken cancellation)
    {
        await using var held = await FileLock.TakeAsync(Path.Combine(Cache, "compile.lock"), cancellation);
        if (Directory.Exists(folder))
        {
            return;
        }

        progress?.Invoke("Compiling the contracts…");
        var unfinished = folder + ".unfinished";
        await ChildProcess.RunAsync(
            new CommandLine(NpmParts.Node, Path.Combine(Sources, "compile.mjs"), unfinished), cancellation: cancellation);
        Directory.Move(unfinished, folder);
    }

    // What goes in: the sources, the script with its settings, and by the lock the compiler and the libraries.
    private static Task<string> HashSourcesAsync(CancellationToken cancellation) =>
        SourceHash.OfAsync([.. Directory.GetFiles(Sources), RepositoryRoot.Combine("package-lock.json")], cancellation);
}
