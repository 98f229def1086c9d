using System.Diagnostics;
using System.Text.Json;
using Functions.Bounds;
using Functions.Callers;
using Functions.Http;
using Npgsql;
using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Relay;

namespace Functions.Relay;

/// <summary>Carries out a batch: users side by side, each user's requests one after the other, since they may build on one another.</summary>
/// <remarks>Sequential nonces give the order, however they stand; a dialect without deadlines has random ones, and they stay as they stand.</remarks>
/// <param name="relays">What carries them out.</param>
/// <param name="gate">Lets each in by turns: a batch weighs its length.</param>
/// <param name="caller">Whose turn it is.</param>
/// <param name="door">Counts them.</param>
/// <param name="visitor">Who posts the batch.</param>
/// <param name="activity">The batch's activity, whose trace refusals name.</param>
internal sealed class BatchSubmission(RelayService relays, RelayGate gate, GateCaller caller, CallerDoor door, Visitor visitor, Activity? activity)
{
    /// <summary>One outcome for each request, in order.</summary>
    public async Task<BatchOutcome[]> RunAsync(IReadOnlyList<ReadOnlyMemory<byte>> requests, CancellationToken cancellation)
    {
        var outcomes = new BatchOutcome[requests.Count];
        var readable = new List<(int Place, RelayRequest Request)>();
        for (var i = 0; i < requests.Count; i++)
        {
            if (door.Count(visitor) is { } over)
            {
                outcomes[i] = Show(over);
                continue;
            }

            var (request, refusal) = RelayBodyReader.Read(requests[i].Span);
            if (refusal is not null)
            {
                outcomes[i] = Show((await relays.ExplainAsync(refusal, cancellation)).ToProblem());
            }
            else
            {
                readable.Add((i, request!));
            }
        }

        await Task.WhenAll(readable.GroupBy(item => item.Request.Message.From).Select(async user =>
        {
            foreach (var (place, request) in user.OrderBy(item => OrderOf(item.Request.Message)))
            {
                outcomes[place] = await SubmitAsync(request, cancellation);
            }
        }));
        return outcomes;
    }

    private static UInt256 OrderOf(ForwardRequest message) => message.Deadline is null ? UInt256.Zero : message.Nonce;

    /// <summary>Infrastructure that fails one request is that request's outcome: the others may have been accepted.</summary>
    private async Task<BatchOutcome> SubmitAsync(RelayRequest request, CancellationToken cancellation)
    {
        using var seat = await gate.EnterAsync(caller, cancellation);
        if (seat is null)
        {
            return Show(Capacity.Overloaded());
        }

        try
        {
            return await relays.SubmitAsync(request, visitor.Caller, cancellation) switch
            {
                RelayDecision.Accepted accepted => new BatchOutcome(StatusCodes.Status202Accepted, RelayAnswer.Of(accepted.Relay), null),
                RelayDecision.Known known => new BatchOutcome(StatusCodes.Status200OK, RelayAnswer.Of(known.Relay), null),
                RelayDecision.Rejected rejected => Show(rejected.Refusal.ToProblem()),
                _ => throw new UnreachableException(),
            };
        }
        catch (Exception failure) when (failure is NpgsqlException or ChainUnavailableException or SignerUnavailableException)
        {
            return Show(Failures.ToProblem(failure));
        }
    }

    private BatchOutcome Show(ProblemResult problem)
    {
        using var json = JsonDocument.Parse(problem.ToUtf8(activity));
        return new BatchOutcome(problem.Status, null, json.RootElement.Clone());
    }
}
