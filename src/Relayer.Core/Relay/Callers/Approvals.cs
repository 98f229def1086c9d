using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Incidents;
using Relayer.Core.Keys;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Callers;

/// <summary>Asks a service of the operator's whether a request that passed everything else is to be relayed.</summary>
/// <remarks>
/// Safe for concurrent use. It is asked each time; after <see cref="FailuresInARow"/> failures only once in <see cref="Pause"/> until it answers, and what
/// comes meanwhile fails at once. Told in the log once a minute while it fails.
/// </remarks>
/// <param name="secrets">Where its key is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of failures, never with the URL.</param>
public sealed partial class Approvals(ISecretSource secrets, TimeProvider time, ILogger<Approvals> logger) : IDisposable
{
    /// <summary>So many failures in a row, and nobody waits for the next one.</summary>
    internal const int FailuresInARow = 5;

    /// <summary>How long nobody does.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, CallBreaker> _breakers = new(StringComparer.Ordinal);
    private readonly HttpMessageInvoker _http = SignedPost.CreateClient();
    private long _toldAt = long.MinValue;

    /// <summary>The refusal; <see langword="null"/> where it is approved, or nobody is asked.</summary>
    internal async Task<Refusal?> AskAsync(RelayCandidate candidate, bool isSimulation, CancellationToken cancellation)
    {
        if (candidate.Policy.Approval is not { } approval)
        {
            return null;
        }

        var breaker = _breakers.GetOrAdd(approval.Url, _ => new CallBreaker(FailuresInARow, Pause, time));
        if (breaker.Refuses() is { } wait)
        {
            return Unanswered(approval, wait);
        }

        var (isApproved, failure) = await AskAsync(approval, candidate, isSimulation, cancellation);
        breaker.Note(failure is null);
        if (failure is not null)
        {
            Tell(candidate, failure);
            return Unanswered(approval, Pause);
        }

        return isApproved ? null : new Refusal(RefusalCode.NotApproved, "The operator's service did not approve the request.");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static Refusal? Unanswered(ApprovalOptions approval, TimeSpan wait) => approval.OnFailure.Equals("allow", StringComparison.OrdinalIgnoreCase)
        ? null
        : new Refusal(RefusalCode.ApprovalUnavailable, "The service that approves requests does not answer.", RetryAfter: wait);

    private async Task<(bool IsApproved, string? Failure)> AskAsync(
        ApprovalOptions approval, RelayCandidate candidate, bool isSimulation, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(approval.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var key = approval.Secret.Length > 0 ? await secrets.GetAsync(approval.Secret, either.Token) : approval.Key;
            using var request = SignedPost.Compose(
                approval.Url, key, candidate.Id.ToString(), ApprovalBody.Write(candidate, isSimulation), time.GetUtcNow());
            using var answer = await _http.SendAsync(request, either.Token);
            return answer.StatusCode switch
            {
                >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => (true, null),
                HttpStatusCode.Forbidden => (false, null),
                var other => (false, $"answered {(int)other}"),
            };
        }
        catch (SecretUnavailableException missing)
        {
            return (false, $"has no key available ({missing.Message})");
        }
        catch (HttpRequestException fault)
        {
            return (false, $"cannot be reached ({fault.HttpRequestError})");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return (false, "did not answer in time");
        }
    }

    private void Tell(RelayCandidate candidate, string failure)
    {
        var told = Volatile.Read(ref _toldAt);
        if ((told == long.MinValue || time.GetElapsedTime(told) >= TimeSpan.FromMinutes(1))
            && Interlocked.CompareExchange(ref _toldAt, time.GetTimestamp(), told) == told)
        {
            Log.Failing(logger, candidate.Request.ChainId.Value, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 340, Level = LogLevel.Error, Message = "The service that approves requests on chain {ChainId} {Failure}")]
        public static partial void Failing(ILogger logger, long chainId, string failure);
    }
}
