using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Relay.Callers;

/// <summary>Asks contracts which users are admitted, and remembers for a time what they said, yes and no.</summary>
/// <remarks>Safe for concurrent use. What it remembers is bounded: those that came last.</remarks>
/// <param name="chains">The chains.</param>
/// <param name="time">The clock.</param>
public sealed class AdmissionCalls(IChainClientFactory chains, TimeProvider time)
{
    private const int Remembered = 16_384;

    private readonly RecentlyUsed<(ChainId Chain, Address User), Answer> _answers = new(Remembered, TimeSpan.FromDays(1), time);

    /// <summary>Whether a user is admitted on a chain; <see langword="null"/> when that cannot be had now.</summary>
    public ValueTask<bool?> FindAsync(ChainId chainId, AdmissionCall call, Address user, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _answers.Find((chainId, user)) is { } known && time.GetElapsedTime(known.At) < (known.IsAdmitted ? call.KeepsYes : call.KeepsNo)
            ? new(known.IsAdmitted)
            : new(AskAsync(chainId, call, user, cancellation));
    }

    private async Task<bool?> AskAsync(ChainId chainId, AdmissionCall call, Address user, CancellationToken cancellation)
    {
        var at = time.GetTimestamp();
        try
        {
            var outcomes = await chains.Get(chainId).CallAsync([call.Ask(user)], cancellation).WaitAsync(call.Patience, time, cancellation);
            var answer = AdmissionCall.Read(outcomes[0]);
            if (answer is { } isAdmitted)
            {
                _answers.Set((chainId, user), new Answer(isAdmitted, at));
            }

            return answer;
        }
        catch (Exception silence) when (silence is ChainUnavailableException or TimeoutException)
        {
            return null;
        }
    }

    private sealed record Answer(bool IsAdmitted, long At);
}
