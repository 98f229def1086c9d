using System.Globalization;
using Functions.Bounds;
using Functions.Callers;
using Functions.Http;
using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Records;

namespace Functions.Relay;

/// <summary>Users' requests: post them, try them, follow them.</summary>
/// <param name="relays">What carries them out.</param>
/// <param name="watch">What follows them.</param>
/// <param name="door">Tells callers apart.</param>
/// <param name="gate">Lets them in by turns.</param>
/// <param name="calls">How many follow them.</param>
/// <param name="reads">Keeps lists from taking what they need.</param>
public sealed class RelayFunctions(RelayService relays, RelayWatch watch, CallerDoor door, RelayGate gate, OpenCalls calls, PublicReads reads)
{
    private const int MaxWaitSeconds = 25;
    private const int MaxPage = 100;
    private const int DefaultPage = 20;

    /// <summary>Relays a signed request. The same request again gives its present state and never a second transaction.</summary>
    [Function("SubmitRelay")]
    [ForClients]
    [Consumes(typeof(RelayBody), "application/json")]
    [ProducesResponseType<RelayAnswer>(202, Description = "Accepted and on its way; Location names it.")]
    [ProducesResponseType<RelayAnswer>(200, Description = "Posted before; its present state.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(401, RefusalCode.SignatureMismatch, RefusalCode.UnknownClient)]
    [Refuses(
        403, RefusalCode.TargetNotAllowed, RefusalCode.SelectorNotAllowed, RefusalCode.ValueNotAllowed, RefusalCode.OriginNotAllowed,
        RefusalCode.UserDenied, RefusalCode.CallerNotAdmitted, RefusalCode.NotApproved)]
    [Refuses(404, RefusalCode.UnknownChain, RefusalCode.UnknownForwarder)]
    [Refuses(408, "request_timeout")]
    [Refuses(409, RefusalCode.NonceUsed, RefusalCode.NonceGap)]
    [Refuses(413, RefusalCode.PayloadTooLarge)]
    [Refuses(
        422, RefusalCode.DeadlinePassed, RefusalCode.DeadlineTooFar, RefusalCode.GasAboveLimit, RefusalCode.CalldataNotCanonical,
        RefusalCode.SimulationReverted, RefusalCode.ContractWalletUnsupported, RefusalCode.SignatureWrapped)]
    [Refuses(429, RefusalCode.QuotaExceeded, RefusalCode.BudgetSpent, RefusalCode.UserFailing, RefusalCode.TooManyUnderWay, Capacity.OwnShareCode)]
    [Refuses(503, RefusalCode.ApprovalUnavailable, RefusalCode.BudgetSpent, RefusalCode.TargetFailing, RefusalCode.SponsorshipPaused, RefusalCode.Overloaded, RefusalCode.SignersExhausted, RefusalCode.TipAboveCap, RefusalCode.ChainStalled, RefusalCode.ChainUnavailable, "storage_unavailable", ClientGate.UnavailableCode)]
    public async Task<IResult> Submit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "relay")] HttpRequest request, CancellationToken cancellation)
    {
        var (visitor, unwelcome) = await door.EnterAsync(request);
        if (visitor is null)
        {
            return unwelcome!;
        }

        using var body = await JsonBody.ReadAsync(request, cancellation);
        var (relay, refusal) = RelayBodyReader.Read(body.Span);
        if (refusal is not null)
        {
            return (await relays.ExplainAsync(refusal, cancellation)).ToProblem();
        }

        using var seat = await gate.EnterAsync(RelayGate.CallerOf(request, visitor.Turn), cancellation);
        return seat is null ? Capacity.Overloaded() : Show(await relays.SubmitAsync(relay!, visitor.Caller, cancellation));
    }

    /// <summary>
    /// Relays up to 100 signed requests in a body of 1 MiB at most, each for itself. Those of one user are taken in the order of their nonces
    /// where nonces are sequential, otherwise as they stand.
    /// </summary>
    [Function("SubmitRelayBatch")]
    [ForClients]
    [Consumes(typeof(BatchDescription), "application/json")]
    [ProducesResponseType<BatchAnswer>(207, Description = "One outcome for each request, in order.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(401, RefusalCode.UnknownClient)]
    [Refuses(403, RefusalCode.OriginNotAllowed)]
    [Refuses(408, "request_timeout")]
    [Refuses(413, RefusalCode.PayloadTooLarge)]
    [Refuses(429, Capacity.OwnShareCode)]
    [Refuses(503, RefusalCode.Overloaded, ClientGate.UnavailableCode)]
    public async Task<IResult> SubmitBatch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "relay/batch")] HttpRequest request, CancellationToken cancellation)
    {
        var (visitor, unwelcome) = await door.EnterBatchAsync(request);
        if (visitor is null)
        {
            return unwelcome!;
        }

        using var body = await JsonBody.ReadAsync(request, cancellation);
        var (requests, refusal) = RelayBodyReader.ReadBatch(body.Memory);
        if (refusal is not null)
        {
            return door.Count(visitor) ?? refusal.ToProblem();
        }

        var submission = new BatchSubmission(relays, gate, RelayGate.CallerOf(request, visitor.Turn), door, visitor, ProblemResult.ActivityOf(request.HttpContext));
        var outcomes = await submission.RunAsync(requests!, cancellation);
        return TypedResults.Json(new BatchAnswer(outcomes), RelayJson.Default.BatchAnswer, statusCode: StatusCodes.Status207MultiStatus);
    }

    /// <summary>Judges a request as posting it for the first time would, and stores nothing.</summary>
    [Function("SimulateRelay")]
    [ForClients]
    [Consumes(typeof(RelayBody), "application/json")]
    [ProducesResponseType<SimulationAnswer>(200, Description = "The rules take it now; whether a signer is free is seen when it is posted.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(401, RefusalCode.SignatureMismatch, RefusalCode.UnknownClient)]
    [Refuses(
        403, RefusalCode.TargetNotAllowed, RefusalCode.SelectorNotAllowed, RefusalCode.ValueNotAllowed, RefusalCode.OriginNotAllowed,
        RefusalCode.UserDenied, RefusalCode.CallerNotAdmitted, RefusalCode.NotApproved)]
    [Refuses(404, RefusalCode.UnknownChain, RefusalCode.UnknownForwarder)]
    [Refuses(408, "request_timeout")]
    [Refuses(409, RefusalCode.NonceUsed, RefusalCode.NonceGap)]
    [Refuses(413, RefusalCode.PayloadTooLarge)]
    [Refuses(
        422, RefusalCode.DeadlinePassed, RefusalCode.DeadlineTooFar, RefusalCode.GasAboveLimit, RefusalCode.CalldataNotCanonical,
        RefusalCode.SimulationReverted, RefusalCode.ContractWalletUnsupported, RefusalCode.SignatureWrapped)]
    [Refuses(429, RefusalCode.QuotaExceeded, RefusalCode.BudgetSpent, RefusalCode.UserFailing, RefusalCode.TooManyUnderWay, Capacity.OwnShareCode)]
    [Refuses(503, RefusalCode.ApprovalUnavailable, RefusalCode.BudgetSpent, RefusalCode.TargetFailing, RefusalCode.SponsorshipPaused, RefusalCode.Overloaded, RefusalCode.ChainStalled, RefusalCode.ChainUnavailable, "storage_unavailable", ClientGate.UnavailableCode)]
    public async Task<IResult> Simulate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "relay/simulate")] HttpRequest request, CancellationToken cancellation)
    {
        var (visitor, unwelcome) = await door.EnterAsync(request);
        if (visitor is null)
        {
            return unwelcome!;
        }

        using var body = await JsonBody.ReadAsync(request, cancellation);
        var (relay, refusal) = RelayBodyReader.Read(body.Span);
        if (refusal is not null)
        {
            return (await relays.ExplainAsync(refusal, cancellation)).ToProblem();
        }

        using var seat = await gate.EnterAsync(RelayGate.CallerOf(request, visitor.Turn), cancellation);
        if (seat is null)
        {
            return Capacity.Overloaded();
        }

        return await relays.SimulateAsync(relay!, visitor.Caller, cancellation) switch
        {
            SimulationDecision.Passes passes => TypedResults.Json(
                new SimulationAnswer(true, passes.Gas.ToString(CultureInfo.InvariantCulture)), RelayJson.Default.SimulationAnswer),
            SimulationDecision.Rejected rejected => rejected.Refusal.ToProblem(),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>How a relay stands. With <c>wait</c>, answers as soon as it is final.</summary>
    [Function("GetRelay")]
    [Query("wait", typeof(int), "Seconds to wait for a final state, 0 to 25.")]
    [ProducesResponseType<RelayAnswer>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, "unknown_relay")]
    [Refuses(429, Capacity.OwnShareCode)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "relay/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var wait = query.ReadInteger("wait", 0, 0, MaxWaitSeconds);
        if (query.Fault is { } fault)
        {
            return Malformed(fault);
        }

        if (!Hash32.TryParse(id, out var hash))
        {
            return Malformed("The id must be 0x and 64 hexadecimal digits.");
        }

        using var call = wait > 0 ? calls.OpenWait(request.HttpContext) : null;
        return await watch.WaitAsync(hash, TimeSpan.FromSeconds(wait), cancellation) is { } relay ? Show(relay) : Unknown(hash);
    }

    /// <summary>A user's relays, newest first.</summary>
    [Function("ListRelays")]
    [Query("from", typeof(string), "The user's address.", Required = true)]
    [Query("chainId", typeof(long), "Only this chain.")]
    [Query("limit", typeof(int), "Relays on a page, 1 to 100; 20 when not given.")]
    [Query("cursor", typeof(string), "The nextCursor of the page before.")]
    [ProducesResponseType<RelayPage>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "relay")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new QueryReader(request.Query);
        var limit = (int)query.ReadInteger("limit", DefaultPage, 1, MaxPage);
        var before = query.ReadInteger("cursor", long.MaxValue, 1, long.MaxValue);
        var chainId = query.ReadInteger("chainId", 0, 1, long.MaxValue);
        if (query.Fault is { } fault)
        {
            return Malformed(fault);
        }

        if (!Address.TryParse(request.Query["from"].ToString(), out var from))
        {
            return Malformed("from must be an address.");
        }

        var page = await reads.ReadAsync(
            request, one => relays.ListAsync(chainId == 0 ? null : new ChainId(chainId), from, before, limit + 1, one), cancellation);
        return TypedResults.Json(RelayPage.Of(page, limit), RelayJson.Default.RelayPage);
    }

    /// <summary>
    /// Server-sent events: the relay in each state it passes, until it is final. A stream may end before: connect again with
    /// Last-Event-ID, as browsers do by themselves, and nothing is told twice.
    /// </summary>
    [Function("FollowRelay")]
    [ProducesResponseType(typeof(void), 200, "text/event-stream", Description = "Events named relay, each with the relay as JSON.")]
    [ProducesResponseType(204, Description = "Last-Event-ID is the final state's: there is no more to come, and browsers stop connecting.")]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(404, "unknown_relay")]
    [Refuses(429, Capacity.OwnShareCode)]
    [Refuses(503, RefusalCode.Overloaded, "storage_unavailable")]
    public async Task<IResult> Follow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "relay/{id}/events")] HttpRequest request, string id,
        CancellationToken cancellation)
    {
        if (!Hash32.TryParse(id, out var hash))
        {
            return Malformed("The id must be 0x and 64 hexadecimal digits.");
        }

        if (await relays.FindAsync(hash, cancellation) is not { } relay)
        {
            return Unknown(hash);
        }

        var seen = request.Headers["Last-Event-ID"].ToString();
        return relay.IsFinal && RelayWatch.Event(relay).EventId == seen
            ? TypedResults.NoContent()
            : new OpenStream(calls.OpenStream(request.HttpContext), TypedResults.ServerSentEvents(watch.FollowAsync(relay, seen, cancellation)));
    }

    private static IResult Show(RelayDecision decision) => decision switch
    {
        RelayDecision.Accepted { Relay: var relay } => new AcceptedRelay(relay),
        RelayDecision.Known known => Show(known.Relay),
        RelayDecision.Rejected rejected => rejected.Refusal.ToProblem(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IResult Show(RelayRecord relay) => TypedResults.Json(RelayAnswer.Of(relay), RelayJson.Default.RelayAnswer);

    private static ProblemResult Malformed(string detail) =>
        Problems.Create(StatusCodes.Status400BadRequest, RefusalCode.MalformedRequest, detail);

    private static ProblemResult Unknown(Hash32 id) =>
        Problems.Create(StatusCodes.Status404NotFound, "unknown_relay", $"No relay {id} is known.");

    /// <summary>A stream that counts until it ends.</summary>
    private sealed class OpenStream(IDisposable call, IResult stream) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using (call)
            {
                await stream.ExecuteAsync(httpContext);
            }
        }
    }

    /// <summary>202 with <c>Location</c>.</summary>
    private sealed class AcceptedRelay(RelayRecord relay) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.Location = $"/api/relay/{relay.Id}";
            return TypedResults.Json(
                RelayAnswer.Of(relay), RelayJson.Default.RelayAnswer, statusCode: StatusCodes.Status202Accepted).ExecuteAsync(httpContext);
        }
    }
}
