using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;

namespace DevChain.Browser;

/// <summary>What the package is made of: the program, and archives with libraries and fonts.</summary>
[SupportedOSPlatform("linux")]
internal static class BrowserArchives
{
    /// <summary>The program, in the unpacked folder.</summary>
    public const string Program = "chromium";

    /// <summary>The folder of libraries, in the unpacked folder.</summary>
    public const string Libraries = "lib";

    private const UnixFileMode OnlyUser = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // In place of the package's own, which looks for fonts in folders that other users can write to.
    private const string FontsConfiguration = """
        <?xml version="1.0"?>
        <!DOCTYPE fontconfig SYSTEM "fonts.dtd">
        <fontconfig>
          <dir prefix="relative">fonts</dir>
          <cachedir prefix="xdg">fontconfig</cachedir>
        </fontconfig>
        """;

    /// <summary>Unpacks into a folder that is there in whole or not at all, and that only this user may enter.</summary>
    /// <remarks>For one caller at a time. What was there before, whole or not, is replaced.</remarks>
    public static async Task UnpackAsync(string archives, string folder, CancellationToken cancellation)
    {
        var unfinished = folder + ".unfinished";
        Remove(unfinished);
        Directory.CreateDirectory(unfinished, OnlyUser);
        await UnpackProgramAsync(Path.Combine(archives, "chromium.br"), Path.Combine(unfinished, Program), cancellation);
        await UnpackTarAsync(Path.Combine(archives, "al2023.tar.br"), unfinished, cancellation); // It holds the folder of libraries.
        await UnpackTarAsync(Path.Combine(archives, "fonts.tar.br"), unfinished, cancellation);
        await File.WriteAllTextAsync(Path.Combine(unfinished, "fonts.conf"), FontsConfiguration, cancellation);
        Remove(folder);
        Directory.Move(unfinished, folder);
    }

    private static async Task UnpackProgramAsync(string archive, string program, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OnlyUser };
        await using var target = new FileStream(program, options);
        await using var source = Open(archive);
        await source.CopyToAsync(target, cancellation);
    }

    private static async Task UnpackTarAsync(string archive, string folder, CancellationToken cancellation)
    {
        await using var source = Open(archive);
        await TarFile.ExtractToDirectoryAsync(source, folder, overwriteFiles: false, cancellation);
    }

    private static BrotliStream Open(string archive) => new(File.OpenRead(archive), CompressionMode.Decompress);

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
