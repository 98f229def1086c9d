using Functions.Bounds;
using Functions.Callers;
using Functions.Http;
using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;

namespace Functions.Relay;

/// <summary>What a wallet needs to build a message.</summary>
/// <param name="routes">The forwarders served.</param>
/// <param name="relays">Who knows the nonces under way.</param>
/// <param name="door">Counts how often they come.</param>
/// <param name="gate">Lets callers in by turns.</param>
/// <param name="reads">Keeps what is the same for everybody.</param>
public sealed class ChainFunctions(RelayRoutes routes, RelayService relays, CallerDoor door, RelayGate gate, PublicReads reads)
{
    /// <summary>The chains served, their forwarders with EIP-712 domain and types, and the limits.</summary>
    [Function("GetChains")]
    [ProducesResponseType<ChainsAnswer>(200)]
    [ProducesResponseType(304, Description = "As named by If-None-Match.")]
    public async Task<IResult> GetChains(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "chains")] HttpRequest request, CancellationToken cancellation) =>
        await reads.ShareAsync(
            "chains", _ => Task.FromResult(new PublicJson<ChainsAnswer>(ChainListing.Of(routes), RelayJson.Default.ChainsAnswer, reads.KeptFor)), cancellation);

    /// <summary>The nonce for a user's next request: after those under way (sequential), or fresh random bits (unordered).</summary>
    [Function("GetNonce")]
    [ForClients]
    [ProducesResponseType<NonceAnswer>(200)]
    [Refuses(400, RefusalCode.MalformedRequest)]
    [Refuses(401, RefusalCode.UnknownClient)]
    [Refuses(403, RefusalCode.OriginNotAllowed)]
    [Refuses(404, RefusalCode.UnknownChain, RefusalCode.UnknownForwarder)]
    [Refuses(429, Capacity.OwnShareCode)]
    [Refuses(503, RefusalCode.Overloaded, RefusalCode.ChainUnavailable, "storage_unavailable", ClientGate.UnavailableCode)]
    public async Task<IResult> GetNonce(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "nonces/{chainId}/{forwarder}/{from}")] HttpRequest request,
        string chainId, string forwarder, string from, CancellationToken cancellation)
    {
        if (await door.EnterReadAsync(request) is { } unwelcome)
        {
            return unwelcome;
        }

        if (!long.TryParse(chainId, System.Globalization.NumberStyles.None, null, out var chain) || chain <= 0
            || !Address.TryParse(forwarder, out var contract) || !Address.TryParse(from, out var user))
        {
            return Problems.Create(
                StatusCodes.Status400BadRequest, RefusalCode.MalformedRequest, "The path is /api/nonces/{chain id}/{forwarder address}/{user address}.");
        }

        if (routes.Find(new ChainId(chain), contract, out var route) is { } refusal)
        {
            return refusal.ToProblem();
        }

        using var seat = await gate.EnterAsync(gate.CallerOf(request), cancellation);
        if (seat is null)
        {
            return Capacity.Overloaded();
        }

        var nonce = await relays.NextNonceAsync(route, user, cancellation);
        return TypedResults.Json(
            new NonceAnswer(chain, contract.ToString(), user.ToString(), nonce.ToString(), ChainListing.NonceKind(route)),
            RelayJson.Default.NonceAnswer);
    }
}
