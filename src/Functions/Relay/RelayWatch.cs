using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;

namespace Functions.Relay;

/// <summary>Follows a relay until it is final. Watchers at the same time share their look-ups.</summary>
/// <param name="relays">The relays.</param>
/// <param name="lifetime">Says when the app stops: whoever waits is answered then, so that the stop need not wait for them.</param>
/// <param name="time">The clock.</param>
public sealed class RelayWatch(RelayService relays, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    private bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>The relay once it is final, or as it stands after <paramref name="wait"/> or when the app stops; <see langword="null"/> when it is not known.</summary>
    public async Task<RelayRecord?> WaitAsync(Hash32 id, TimeSpan wait, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var relay = await relays.FindAsync(id, cancellation);
            var left = wait - time.GetElapsedTime(started);
            if (relay is null or { IsFinal: true } || left <= TimeSpan.Zero || IsStopping)
            {
                return relay;
            }

            await Task.Delay(left < Interval ? left : Interval, time, cancellation);
        }
    }

    /// <summary>An event for each state it is seen in, until it is final, <paramref name="limit"/> is over or the app stops.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        RelayRecord relay, TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var seen = relay;
        yield return Event(seen);
        while (!seen.IsFinal && time.GetElapsedTime(started) < limit && !IsStopping)
        {
            await Task.Delay(Interval, time, cancellation);
            if (await relays.FindAsync(seen.Id, cancellation) is { } now && now.State != seen.State)
            {
                seen = now;
                yield return Event(seen);
            }
        }
    }

    private static SseItem<string> Event(RelayRecord relay) =>
        new(JsonSerializer.Serialize(RelayAnswer.Of(relay), RelayJson.Default.RelayAnswer), "relay");
}
