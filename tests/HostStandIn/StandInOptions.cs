using System.Globalization;

namespace HostStandIn;

/// <summary>What the stand-in is told on its command line.</summary>
/// <param name="App">The published app's folder.</param>
/// <param name="Port">Where it answers callers, on this machine alone.</param>
internal sealed record StandInOptions(string App, int Port)
{
    /// <summary>Reads <c>--app FOLDER --port N</c>; null is anything else.</summary>
    public static StandInOptions? Read(string[] args) =>
        args is ["--app", var app, "--port", var text] && int.TryParse(text, CultureInfo.InvariantCulture, out var port)
            ? new StandInOptions(Path.GetFullPath(app), port)
            : null;
}
