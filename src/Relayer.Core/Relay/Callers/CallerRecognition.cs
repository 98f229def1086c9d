using Npgsql;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Callers;

/// <summary>Finds out who the user of a request is: denied, admitted, or nobody that is known.</summary>
/// <param name="lists">The operators' lists.</param>
/// <param name="calls">What contracts say.</param>
internal sealed class CallerRecognition(UserLists lists, AdmissionCalls calls)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>The candidate with its caller as it is known, and the refusal where that one may not have it relayed.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async ValueTask<(RelayCandidate Candidate, Refusal? Refusal)> RecogniseAsync(RelayCandidate candidate, CancellationToken cancellation)
    {
        var user = candidate.Message.From;
        var asks = candidate is { Caller.Kind: CallerKind.Anonymous, Policy.Admission: not null };

        // Both at once: a contract's word is remembered most of the time, and the lists are.
        var word = asks ? calls.FindAsync(candidate.Request.ChainId, candidate.Policy.Admission!, user, cancellation) : new(false);
        var list = await lists.FindAsync(user, cancellation);
        if (list == UserList.Denied)
        {
            return (candidate, new Refusal(RefusalCode.UserDenied, $"Nothing is relayed for {user}."));
        }

        bool? isAdmitted = list == UserList.Allowed ? true : await word;
        if (isAdmitted == true && candidate.Caller.Kind == CallerKind.Anonymous)
        {
            candidate = candidate.As(new Caller(CallerKind.Admitted));
        }

        return (candidate, Judge(candidate, isUnclear: isAdmitted is null));
    }

    private static Refusal? Judge(RelayCandidate candidate, bool isUnclear) =>
        (candidate.Policy.Find(candidate.Message.To, candidate.Message.Data.Span)?.Callers ?? CallersNeeded.Any) switch
        {
            CallersNeeded.Clients when candidate.Caller.Kind != CallerKind.Client => new Refusal(
                RefusalCode.CallerNotAdmitted, "This function is relayed for API clients alone."),
            CallersNeeded.Known when candidate.Caller.IsKnown => null,
            CallersNeeded.Known when isUnclear => new Refusal(
                RefusalCode.ChainUnavailable, "The contract that admits users does not answer.", RetryAfter: Soon),
            CallersNeeded.Known => new Refusal(
                RefusalCode.CallerNotAdmitted, $"This function is relayed for API clients and admitted users; {candidate.Message.From} is not one."),
            _ => null,
        };
}
