using DevChain.Processes;

namespace DevChain;

/// <summary>The locked npm packages: anvil, PostgreSQL, OpenZeppelin's contracts, the Solidity compiler, viem.</summary>
public static class NpmParts
{
    // Install scripts are off, so what they would have done is done by the repairs, in the open.
    private static readonly NpmFolder Folder = new(
        RepositoryRoot.Path, "the locked npm parts (anvil, PostgreSQL, contracts, viem)", cancellation => Task.Run(PackageRepairs.Apply, cancellation));

    /// <summary>The <c>node</c> program.</summary>
    /// <exception cref="DevChainException">It is not on the PATH.</exception>
    public static string Node => ProgramPath.Find("node")
        ?? throw new DevChainException("node is not on the PATH: install Node 20 or later (https://nodejs.org)");

    /// <summary>A path inside <c>node_modules</c>, from its parts.</summary>
    public static string Combine(params string[] parts) => Folder.Combine(parts);

    /// <summary>Runs <c>npm ci</c> unless what is installed is what <c>package-lock.json</c> says.</summary>
    /// <remarks>Safe from several tasks and several processes at once: one installs, the others wait.</remarks>
    /// <exception cref="DevChainException">Node or npm is missing, or the installation failed.</exception>
    public static Task EnsureInstalledAsync(Action<string>? progress = null, CancellationToken cancellation = default) =>
        Folder.EnsureInstalledAsync(progress, cancellation);
}
