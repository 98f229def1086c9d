using Functions.Bounds;
using Functions.Http;
using Functions.Operators;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Callers;

namespace Functions.Callers;

/// <summary>Who posts requests, as far as the call shows it.</summary>
/// <param name="Address">Where it comes from.</param>
/// <param name="Client">The API client whose key it shows.</param>
public sealed record Visitor(string Address, ApiClient? Client)
{
    /// <summary>How the rules know them.</summary>
    public Caller Caller { get; } = Client is null ? Caller.Anonymous : new Caller(CallerKind.Client, Client.Name);

    /// <summary>Whose turn it is: a client has one of its own beside whoever else is at its address.</summary>
    public string Turn { get; } = Client is null ? Address : $"{Client.Name} {Address}";
}

/// <summary>What everybody passes who posts requests, or reads what a request needs: whose key they show, and how often they come.</summary>
/// <param name="clients">Finds clients.</param>
/// <param name="callers">Says where a call comes from.</param>
/// <param name="rates">How often they may come.</param>
public sealed class CallerDoor(ClientGate clients, CallerAddress callers, AttemptRates rates)
{
    /// <summary>Lets a call in that posts one request, and counts it.</summary>
    public async ValueTask<(Visitor? Visitor, ProblemResult? Refusal)> EnterAsync(HttpRequest request)
    {
        var (visitor, refusal) = await FindAsync(request);
        refusal ??= Count(visitor!);
        return refusal is null ? (visitor, null) : (null, refusal);
    }

    /// <summary>Lets a call in that posts several, each of which <see cref="Count"/> counts.</summary>
    public async ValueTask<(Visitor? Visitor, ProblemResult? Refusal)> EnterBatchAsync(HttpRequest request)
    {
        var (visitor, refusal) = await FindAsync(request);
        refusal ??= rates.Look(visitor!.Address, visitor.Client) is { } wait ? Capacity.OverRate(wait) : null;
        return refusal is null ? (visitor, null) : (null, refusal);
    }

    /// <summary>Lets a call in that reads from the node, and counts it.</summary>
    /// <returns>The refusal when it is one too many, or shows a wrong key.</returns>
    public async ValueTask<ProblemResult?> EnterReadAsync(HttpRequest request)
    {
        var (visitor, refusal) = await FindAsync(request);
        return refusal ?? (rates.CountRead(visitor!.Address, visitor.Client) is { } wait ? Capacity.OverRate(wait) : null);
    }

    /// <summary>Counts one request.</summary>
    /// <returns>The refusal when it is one too many.</returns>
    public ProblemResult? Count(Visitor visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return rates.Count(visitor.Address, visitor.Client) is { } wait ? Capacity.OverRate(wait) : null;
    }

    private async ValueTask<(Visitor? Visitor, ProblemResult? Refusal)> FindAsync(HttpRequest request)
    {
        var (client, refusal) = await clients.FindAsync(request);
        return refusal is null ? (new Visitor(callers.Of(request.HttpContext), client), null) : (null, refusal);
    }
}
