using System.Collections.Concurrent;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Relay.Callers;

/// <summary>Asks contracts which users are admitted, and remembers for a time what they said, yes and no.</summary>
/// <remarks>
/// Safe for concurrent use. What it remembers is bounded: those that came last. After <see cref="FailuresInARow"/> silences in a row a chain is only asked
/// once in <see cref="Pause"/> until it answers, and nobody else waits for it.
/// </remarks>
/// <param name="chains">The chains.</param>
/// <param name="time">The clock.</param>
public sealed class AdmissionCalls(IChainClientFactory chains, TimeProvider time)
{
    /// <summary>So many silences of a chain in a row, and nobody waits for the next one.</summary>
    internal const int FailuresInARow = 5;

    /// <summary>How long nobody does.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private const int Remembered = 16_384;

    private readonly ConcurrentDictionary<ChainId, CallBreaker> _breakers = new();
    private readonly RecentlyUsed<(ChainId Chain, Address User), Answer> _answers = new(Remembered, TimeSpan.FromDays(1), time);

    /// <summary>Whether a user is admitted on a chain; <see langword="null"/> when that cannot be had now, or the providers contradict each other.</summary>
    public ValueTask<bool?> FindAsync(ChainId chainId, AdmissionCall call, Address user, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _answers.Find((chainId, user)) is { } known && time.GetElapsedTime(known.At) < (known.IsAdmitted ? call.KeepsYes : call.KeepsNo)
            ? new(known.IsAdmitted)
            : new(AskAsync(chainId, call, user, cancellation));
    }

    private async Task<bool?> AskAsync(ChainId chainId, AdmissionCall call, Address user, CancellationToken cancellation)
    {
        var breaker = _breakers.GetOrAdd(chainId, _ => new CallBreaker(FailuresInARow, Pause, time));
        if (breaker.Refuses() is not null)
        {
            return null;
        }

        var at = time.GetTimestamp();
        try
        {
            var outcomes = await chains.Get(chainId).CallAgreedAsync([call.Ask(user)], cancellation).WaitAsync(call.Patience, time, cancellation);
            breaker.Note(hasAnswered: true);
            var answer = outcomes[0] is { } outcome ? AdmissionCall.Read(outcome) : null;
            if (answer is { } isAdmitted)
            {
                _answers.Set((chainId, user), new Answer(isAdmitted, at));
            }

            return answer;
        }
        catch (Exception silence) when (silence is ChainUnavailableException or TimeoutException)
        {
            breaker.Note(hasAnswered: false);
            return null;
        }
    }

    private sealed record Answer(bool IsAdmitted, long At);
}
