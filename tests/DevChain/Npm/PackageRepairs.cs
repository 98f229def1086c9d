using System.Text.Json;

namespace DevChain;

/// <summary>What the packages' install scripts would have done: mode bits and symbolic links.</summary>
internal static class PackageRepairs
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void Apply()
    {
        MakeExecutable(Path.GetDirectoryName(AnvilPackage.Binary)!);
        MakeExecutable(Path.Combine(PostgresPackage.Native, "bin"));
        LinkLibraries();
    }

    private static void MakeExecutable(string folder)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | Executable);
        }
    }

    private static void LinkLibraries()
    {
        var list = Path.Combine(PostgresPackage.Native, "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        using var document = JsonDocument.Parse(File.ReadAllText(list));
        var package = Path.GetDirectoryName(PostgresPackage.Native)!;
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            var source = Path.Combine(package, entry.GetProperty("source").GetString()!);
            var link = Path.Combine(package, entry.GetProperty("target").GetString()!);
            if (!File.Exists(link) && new FileInfo(link).LinkTarget is null)
            {
                File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, source));
            }
        }
    }
}
