using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using DevChain;
using DevChain.Processes;

namespace Functions.Tests.DevChain;

/// <summary>A small package in the shape of npm's browser, installed and not unpacked.</summary>
/// <remarks>Its program comes through a pipe, so that a test can hold the unpacking up.</remarks>
internal sealed class BrowserPackage : IDisposable
{
    private readonly TempFolder _temp = TempFolder.Create("browser");
    private readonly byte[] _program = RandomNumberGenerator.GetBytes(10_000); // Packed, it fits into what a pipe holds.

    public string Unpacked => Path.Combine(Modules, ".browser");

    public string Unfinished => Unpacked + ".unfinished";

    private string Modules => Path.Combine(_temp.Path, "node_modules");

    private string Archives => Path.Combine(Modules, "@sparticuz", "chromium", "bin");

    private string ProgramArchive => Path.Combine(Archives, "chromium.br");

    /// <summary>Lays it out as npm does, and opens the pipe: nobody reads an end of it before the stream is disposed of.</summary>
    public async Task<FileStream> InstallAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Archives);
        await File.WriteAllTextAsync(Path.Combine(_temp.Path, "package-lock.json"), "{}", cancellation);
        await PackFolderAsync("al2023.tar.br", ["lib/libnss3.so"], cancellation);
        await PackFolderAsync("fonts.tar.br", ["fonts.conf", "fonts/Open_Sans/OpenSans-Regular.ttf"], cancellation);
        await ChildProcess.RunAsync(new CommandLine("mkfifo", ProgramArchive), cancellation: cancellation);
        await File.WriteAllTextAsync(Path.Combine(Modules, ".package-lock.json"), "{}", cancellation);
        return new FileStream(ProgramArchive, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    /// <summary>Sends the program through the pipe.</summary>
    public Task SendAsync(FileStream pipe, CancellationToken cancellation) => PackAsync(pipe, _program, cancellation);

    /// <summary>Puts a file in the pipe's place.</summary>
    public async Task ReplacePipeAsync(CancellationToken cancellation)
    {
        File.Delete(ProgramArchive);
        await using var file = File.Create(ProgramArchive);
        await PackAsync(file, _program, cancellation);
    }

    /// <summary>Starts a process that wants the browser.</summary>
    public Task<ChildProcess> StartAsync() =>
        ChildProcess.StartAsync(new CommandLine("dotnet", typeof(AnvilNode).Assembly.Location, "browser", _temp.Path));

    /// <summary>All of it is there, and nobody but this user may look into it.</summary>
    public async Task AssertReadyAsync(ChildProcess process, CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromMinutes(2), cancellation);
        Assert.True(process.ExitCode == 0, process.Output);
        Assert.Contains(Path.Combine(Unpacked, "chromium"), process.Output, StringComparison.Ordinal);
        Assert.Equal(_program, await File.ReadAllBytesAsync(Path.Combine(Unpacked, "chromium"), cancellation));
        Assert.True(File.Exists(Path.Combine(Unpacked, "lib", "libnss3.so")));
        Assert.True(File.Exists(Path.Combine(Unpacked, "fonts", "Open_Sans", "OpenSans-Regular.ttf")));
        Assert.DoesNotContain("/tmp/", await File.ReadAllTextAsync(Path.Combine(Unpacked, "fonts.conf"), cancellation), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Unfinished));

        const UnixFileMode onlyUser = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(onlyUser, new DirectoryInfo(Unpacked).UnixFileMode);
        Assert.Equal(onlyUser, new FileInfo(Path.Combine(Unpacked, "chromium")).UnixFileMode);
    }

    public void Dispose() => _temp.Dispose();

    private async Task PackFolderAsync(string archive, string[] files, CancellationToken cancellation)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var name in files)
            {
                var data = new MemoryStream(Encoding.UTF8.GetBytes($"{name} of /tmp/"));
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data }, cancellation);
            }
        }

        await using var file = File.Create(Path.Combine(Archives, archive));
        await PackAsync(file, tar.ToArray(), cancellation);
    }

    private static async Task PackAsync(Stream target, byte[] data, CancellationToken cancellation)
    {
        await using var packing = new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true);
        await packing.WriteAsync(data, cancellation);
    }
}
