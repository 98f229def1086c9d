using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Functions.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Records;

namespace Functions.Relay;

/// <summary>Follows a relay until it is final. Watchers at the same time share their look-ups.</summary>
/// <param name="relays">The relays.</param>
/// <param name="lifetime">Says when the app stops: whoever waits is answered then, so that the stop need not wait for them.</param>
/// <param name="host">Says how long a stream may be.</param>
/// <param name="time">The clock.</param>
public sealed class RelayWatch(RelayService relays, IHostApplicationLifetime lifetime, HostProfile host, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(1);

    private bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>
    /// The relay once it is final, or as it stands after <paramref name="wait"/> or when the app or the call is to end;
    /// <see langword="null"/> when it is not known.
    /// </summary>
    public async Task<RelayRecord?> WaitAsync(Hash32 id, TimeSpan wait, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var relay = await relays.FindAsync(id, CancellationToken.None);
            var left = wait - time.GetElapsedTime(started);
            if (relay is null or { IsFinal: true } || left <= TimeSpan.Zero || IsStopping
                || !await PauseAsync(left < Interval ? left : Interval, cancellation))
            {
                return relay;
            }
        }
    }

    /// <summary>
    /// An event for each state it is seen in, until it is final, the host's longest stream is over, or the app or the call is to end.
    /// </summary>
    /// <param name="relay">The relay as it stands.</param>
    /// <param name="lastEventId">What the client has seen, from an earlier stream; it is not told again.</param>
    /// <param name="cancellation">Ends the stream in order.</param>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        RelayRecord relay, string? lastEventId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var seen = relay;
        var first = Event(seen);
        if (first.EventId != lastEventId)
        {
            yield return first;
        }

        while (!seen.IsFinal && time.GetElapsedTime(started) < host.MaxStream && !IsStopping && await PauseAsync(Interval, cancellation))
        {
            if (await relays.FindAsync(seen.Id, CancellationToken.None) is { } now && now.State != seen.State)
            {
                seen = now;
                yield return Event(seen);
            }
        }
    }

    /// <summary>The event of a relay as it stands; its id is the same as long as the relay is.</summary>
    public static SseItem<string> Event(RelayRecord relay)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(RelayAnswer.Of(relay), RelayJson.Default.RelayAnswer);
        return new(Encoding.UTF8.GetString(json), "relay")
        {
            EventId = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8)),
            ReconnectionInterval = Reconnect,
        };
    }

    /// <summary>False when the call is to end: its caller left, or the host stops.</summary>
    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(pause, time, cancellation);
            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
