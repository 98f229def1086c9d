using System.Security.Cryptography;
using DevChain.Processes;

namespace DevChain;

/// <summary>A folder with a <c>package-lock.json</c>, whose packages are installed once for each state of that file.</summary>
/// <param name="path">The folder.</param>
/// <param name="what">What the packages are, for people.</param>
/// <param name="finish">What install scripts would have done: they are off. Done again when it did not come to its end.</param>
internal sealed class NpmFolder(string path, string what, Func<CancellationToken, Task> finish)
{
    private readonly SemaphoreSlim _gate = new(1);

    private string LockFile => Path.Combine(path, "package-lock.json");

    private string Stamp => Combine(".installed-from");

    /// <summary>A path inside <c>node_modules</c>, from its parts.</summary>
    public string Combine(params string[] parts) => Path.Combine([path, "node_modules", .. parts]);

    /// <summary>Runs <c>npm ci</c> unless what is installed is what <c>package-lock.json</c> says.</summary>
    /// <remarks>Safe from several tasks and several processes at once: one installs, the others wait.</remarks>
    /// <exception cref="DevChainException">Node or npm is missing, or the installation failed.</exception>
    public async Task EnsureInstalledAsync(Action<string>? progress, CancellationToken cancellation)
    {
        _ = NpmParts.Node;
        await _gate.WaitAsync(cancellation);
        try
        {
            await using var held = await FileLock.TakeAsync(
                Path.Combine(path, "artifacts", "devchain", "npm.lock"),
                cancellation,
                () => progress?.Invoke($"Waiting for another process that installs {what}…"));
            if (!await IsCurrentAsync(cancellation))
            {
                await InstallAsync(progress, cancellation);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> IsCurrentAsync(CancellationToken cancellation)
    {
        if (File.Exists(Stamp))
        {
            return await File.ReadAllTextAsync(Stamp, cancellation) == await HashLockAsync(cancellation);
        }

        // Installed by hand, or interrupted since: npm writes this file last.
        var installed = Combine(".package-lock.json");
        if (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(LockFile))
        {
            return false;
        }

        await FinishAsync(cancellation);
        return true;
    }

    private async Task InstallAsync(Action<string>? progress, CancellationToken cancellation)
    {
        var npm = ProgramPath.Find("npm")
            ?? throw new DevChainException("npm is not on the PATH: it comes with Node (https://nodejs.org)");
        progress?.Invoke($"Installing {what}…");
        var command = new CommandLine(npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts")
        {
            WorkingDirectory = path,
        };
        await ChildProcess.RunAsync(command, progress, cancellation);
        await FinishAsync(cancellation);
    }

    private async Task FinishAsync(CancellationToken cancellation)
    {
        await finish(cancellation);
        await File.WriteAllTextAsync(Stamp, await HashLockAsync(cancellation), cancellation);
    }

    private async Task<string> HashLockAsync(CancellationToken cancellation) =>
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(LockFile, cancellation)));
}
