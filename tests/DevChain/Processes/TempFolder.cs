namespace DevChain.Processes;

/// <summary>A folder for one part's files, removed at the end; what a killed process left is removed by the next.</summary>
/// <remarks>The owner holds a file inside open: the system lets go of it when the owner dies in whatever way.</remarks>
internal sealed class TempFolder : IDisposable
{
    private const string Prefix = "relayer-dev-";
    private const string DraftPrefix = "relayer-new-";
    private const string OwnerFile = "owner";

    private readonly FileStream _held;

    private TempFolder(string path, FileStream held)
    {
        Path = path;
        _held = held;
    }

    public string Path { get; }

    public static TempFolder Create(string what)
    {
        RemoveOrphans();

        // Held under another name first: between making a file and locking it, somebody who starts at the same time would take
        // the folder for an orphan.
        var draft = Directory.CreateTempSubdirectory($"{DraftPrefix}{what}-").FullName;
        var held = Hold(draft, FileMode.CreateNew);
        var path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), Prefix + System.IO.Path.GetFileName(draft)[DraftPrefix.Length..]);
        Directory.Move(draft, path);
        return new(path, held);
    }

    public void Dispose()
    {
        Remove(Path);
        _held.Dispose();
    }

    private static FileStream Hold(string folder, FileMode mode) =>
        new(System.IO.Path.Combine(folder, OwnerFile), mode, FileAccess.ReadWrite, FileShare.None);

    private static void RemoveOrphans()
    {
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                using var held = Hold(folder, FileMode.Open);
                Remove(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its owner lives, or it is another user's.
            }
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file still being written by a process that is about to end: the next start removes it.
        }
    }
}
