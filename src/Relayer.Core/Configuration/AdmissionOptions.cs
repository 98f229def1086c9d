namespace Relayer.Core.Configuration;

/// <summary>
/// How much one instance takes at once, and of one caller, bound from <c>Admission</c>. A caller is a network address: an IPv4 address, or an IPv6
/// network of 64 bits. The defaults keep the app within 1 GiB of memory.
/// </summary>
public sealed class AdmissionOptions
{
    /// <summary>
    /// Requests that are being decided at once, each of a batch counted, simulations too. Beyond what the machine carries, more of them would only
    /// make everybody wait.
    /// </summary>
    public int MaxRequests { get; set; } = 512;

    /// <summary>
    /// Requests that wait for one of those places. The next place goes to the caller that holds the fewest; once all wait that may, the longest line
    /// is answered <c>overloaded</c> (503). With 0 nobody waits.
    /// </summary>
    public int MaxWaiting { get; set; } = 4_096;

    /// <summary>How long a request waits for a place before it is answered <c>overloaded</c> (503).</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Requests that one caller may post in a minute to one instance, refused and simulated ones counted; one more is answered <c>too_many_requests</c>
    /// (429). As many may come at once, and as many reads of <c>/api/nonces</c> beside them. API clients whose keys servers keep have a rate of their own instead.
    /// </summary>
    public int AttemptsPerMinutePerAddress { get; set; } = 600;

    /// <summary>The same for one user, counted once the signature is right, wherever the requests come from.</summary>
    public int AttemptsPerMinutePerUser { get; set; } = 60;

    /// <summary>Bytes of bodies that are held at once, in all; beyond them a body is answered <c>overloaded</c> (503).</summary>
    public long MaxBodyBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The same for one caller, who is answered <c>too_many_requests</c> (429).</summary>
    public long MaxBodyBytesPerAddress { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes a second at which a body that does not come at once has to come, looked at every 5 seconds; a slower one is answered
    /// <c>request_timeout</c> (408).
    /// </summary>
    public int MinBodyBytesPerSecond { get; set; } = 16_384;

    /// <summary>Calls with <c>wait</c> that are open at once, in all; one more is answered <c>overloaded</c> (503).</summary>
    public int MaxWaits { get; set; } = 1_000;

    /// <summary>The same for one caller, who is answered <c>too_many_requests</c> (429).</summary>
    public int MaxWaitsPerAddress { get; set; } = 100;

    /// <summary>Streams of events that are open at once, in all; one more is answered <c>overloaded</c> (503).</summary>
    public int MaxStreams { get; set; } = 500;

    /// <summary>The same for one caller, who is answered <c>too_many_requests</c> (429).</summary>
    public int MaxStreamsPerAddress { get; set; } = 50;

    /// <summary>Connections that are open at once, in all, where the app serves alone; one more is closed.</summary>
    public int MaxConnections { get; set; } = 4_000;

    /// <summary>The same for one network address; those of <see cref="TrustedProxies"/> are not counted.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 400;

    /// <summary>
    /// Public reads that use the database at once, so that they leave its connections to relays and to <c>/api/ready</c>. The others wait, callers in
    /// turn.
    /// </summary>
    public int MaxReads { get; set; } = 6;

    /// <summary>How old may be what <c>/api/council</c>, <c>/api/gas</c>, <c>/api/keepers</c>, <c>/api/providers</c> and <c>/api/chains</c> tell.</summary>
    public TimeSpan ReadsKeptFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Addresses, or networks such as <c>10.0.0.0/8</c>, of proxies in front whose <c>X-Forwarded-For</c> is believed. Left out: nobody's, and all
    /// callers behind a proxy are one.
    /// </summary>
    public IList<string> TrustedProxies { get; init; } = [];
}
