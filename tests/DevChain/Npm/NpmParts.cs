using System.Security.Cryptography;
using DevChain.Processes;

namespace DevChain;

/// <summary>The locked npm packages: anvil, PostgreSQL, OpenZeppelin's contracts, the Solidity compiler, viem.</summary>
public static class NpmParts
{
    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>A path inside <c>node_modules</c>, from its parts.</summary>
    public static string Combine(params string[] parts) => RepositoryRoot.Combine(["node_modules", .. parts]);

    /// <summary>The <c>node</c> program.</summary>
    /// <exception cref="DevChainException">It is not on the PATH.</exception>
    public static string Node => ProgramPath.Find("node")
        ?? throw new DevChainException("node is not on the PATH: install Node 20 or later (https://nodejs.org)");

    /// <summary>Runs <c>npm ci</c> unless what is installed is what <c>package-lock.json</c> says.</summary>
    /// <remarks>Safe from several tasks and several processes at once: one installs, the others wait.</remarks>
    /// <exception cref="DevChainException">Node or npm is missing, or the installation failed.</exception>
    public static async Task EnsureInstalledAsync(Action<string>? progress = null, CancellationToken cancellation = default)
    {
        _ = Node;
        await Gate.WaitAsync(cancellation);
        try
        {
            await using var held = await FileLock.TakeAsync(RepositoryRoot.Combine("artifacts", "devchain", "npm.lock"), cancellation);
            if (await IsCurrentAsync(cancellation))
            {
                return;
            }

            await InstallAsync(progress, cancellation);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static string LockFile => RepositoryRoot.Combine("package-lock.json");

    private static string Stamp => Combine(".installed-from");

    private static async Task<bool> IsCurrentAsync(CancellationToken cancellation)
    {
        if (File.Exists(Stamp))
        {
            return await File.ReadAllTextAsync(Stamp, cancellation) == await HashLockAsync(cancellation);
        }

        // Installed by hand: npm writes this file last.
        var installed = Combine(".package-lock.json");
        if (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(LockFile))
        {
            return false;
        }

        await FinishAsync(cancellation);
        return true;
    }

    private static async Task InstallAsync(Action<string>? progress, CancellationToken cancellation)
    {
        var npm = ProgramPath.Find("npm")
            ?? throw new DevChainException("npm is not on the PATH: it comes with Node (https://nodejs.org)");
        progress?.Invoke("Installing the locked npm parts (anvil, PostgreSQL, contracts, viem)…");
        var command = new CommandLine(npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts")
        {
            WorkingDirectory = RepositoryRoot.Path,
        };
        await ChildProcess.RunAsync(command, progress, cancellation);
        await FinishAsync(cancellation);
    }

    // Install scripts are off, so what they would have done is done here, in the open.
    private static async Task FinishAsync(CancellationToken cancellation)
    {
        PackageRepairs.Apply();
        await File.WriteAllTextAsync(Stamp, await HashLockAsync(cancellation), cancellation);
    }

    private static async Task<string> HashLockAsync(CancellationToken cancellation) =>
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(LockFile, cancellation)));
}
