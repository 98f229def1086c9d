using System.ComponentModel;
using System.Diagnostics;

namespace Storms.Faults;

/// <summary>A file system of a few megabytes that can be filled to the last byte.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int Megabytes = 48;

    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>A folder on it that the server may write to.</summary>
    public string Path => System.IO.Path.Combine(_folder, "tables");

    private string Ballast => System.IO.Path.Combine(_folder, "ballast");

    /// <summary>Mounts one; null where that is forbidden, as in most containers.</summary>
    public static async Task<SmallDisk?> TryMountAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("relayer-disk-").FullName;
        if (!await RunAsync("mount", ["-t", "tmpfs", "-o", $"size={Megabytes}m,mode=0755", "relayer-disk", folder], cancellation))
        {
            Directory.Delete(folder);
            return null;
        }

        var disk = new SmallDisk(folder);
        Directory.CreateDirectory(disk.Path);
        return await RunAsync("chown", ["65534:65534", disk.Path], cancellation)
            ? disk
            : throw new InvalidOperationException("the small disk cannot be given to the server");
    }

    /// <summary>Takes all that is left, until disposed of.</summary>
    public IAsyncDisposable Fill()
    {
        var block = new byte[4096];
        try
        {
            using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full: that was wanted.
        }

        return new Filling(Ballast);
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: the server still has its files open. They go with it.
        await RunAsync("umount", ["--lazy", _folder], CancellationToken.None);
        Directory.Delete(_folder);
    }

    private static async Task<bool> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private sealed class Filling(string ballast) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            File.Delete(ballast);
            return ValueTask.CompletedTask;
        }
    }
}
