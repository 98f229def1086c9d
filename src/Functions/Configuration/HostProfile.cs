namespace Functions.Configuration;

/// <summary>What the functions need to know of the host that serves them.</summary>
/// <param name="Name">What it is called in telemetry, as <c>relayer.host</c>.</param>
/// <param name="MaxStream">After how long a stream of events ends, for its client to resume it.</param>
/// <param name="IsBehindFrontEnd">A front end that can be believed says in <c>X-Forwarded-For</c> where a call comes from.</param>
public sealed record HostProfile(string Name, TimeSpan MaxStream, bool IsBehindFrontEnd = false)
{
    /// <summary>The app serves alone and learns of its stop at once. Below the 230 s that load balancers allow.</summary>
    public static HostProfile Alone { get; } = new("alone", TimeSpan.FromSeconds(200));

    /// <summary>
    /// Behind the Azure Functions host, which waits 30 s for open streams when it stops and does not tell the worker meanwhile:
    /// short streams end by themselves before that.
    /// </summary>
    public static HostProfile Isolated { get; } = new("isolated", TimeSpan.FromSeconds(15), IsBehindFrontEnd: true);
}
