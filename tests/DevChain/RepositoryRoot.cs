using System.Runtime.CompilerServices;

namespace DevChain;

/// <summary>Where the repository lies: the folder with <c>Functions.sln</c>.</summary>
public static class RepositoryRoot
{
    private const string Marker = "Functions.sln";

    private static readonly Lazy<string> Found = new(() =>
        Starts().Select(Climb).FirstOrDefault(found => found is not null)
        ?? throw new DevChainException($"no folder with {Marker} above {AppContext.BaseDirectory} or {Environment.CurrentDirectory}"));

    /// <summary>The repository's folder.</summary>
    public static string Path => Found.Value;

    /// <summary>A path inside the repository, from its parts.</summary>
    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    // A file-based program is built outside the repository, so that its own source's folder comes in too.
    private static IEnumerable<string?> Starts() =>
    [
        AppContext.BaseDirectory,
        AppContext.GetData("EntryPointFileDirectoryPath") as string,
        Environment.CurrentDirectory,
        System.IO.Path.GetDirectoryName(ThisFile()),
    ];

    private static string? Climb(string? start)
    {
        for (var folder = start is null ? null : new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
