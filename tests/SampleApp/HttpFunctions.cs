using System.Net.Sockets;
using System.Text;
using Functions.Http;
using Functions.OpenApi;
using Functions.Operators;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace SampleApp;

/// <summary>What <c>POST /api/echo</c> answers.</summary>
/// <param name="Id">From the path.</param>
/// <param name="Number">From the path.</param>
/// <param name="Body">What came.</param>
public sealed record Echoed(string Id, long Number, string Body);

/// <summary>One function for each thing a host must get right.</summary>
public sealed partial class HttpFunctions(TimeProvider time, ILogger<HttpFunctions> logger)
{
    /// <summary>Says what came.</summary>
    [Function("Echo")]
    [Consumes(typeof(Echoed), "application/json")]
    [ProducesResponseType<Echoed>(200, Description = "What came.")]
    [Refuses(409, "taken", "gone")]
    [Query("shout", typeof(bool), "In capitals.")]
    public async Task<IResult> Echo(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "echo/{id}/{number}")] HttpRequest request,
        string id,
        long number,
        CancellationToken cancellation)
    {
        using var body = await JsonBody.ReadAsync(request, cancellation);
        var text = Encoding.UTF8.GetString(body.Span);
        return Results.Json(new Echoed(id, number, request.Query["shout"] == "true" ? text.ToUpperInvariant() : text));
    }

    [Function("Slow")]
    public async Task<IResult> Slow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "slow/{milliseconds}")] HttpRequest request,
        long milliseconds,
        CancellationToken cancellation)
    {
        Log.Slow(logger);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellation);
        return Results.Text("done");
    }

    [Function("Guarded")]
    [Operator(OperatorRole.Look)]
    public Task<IResult> Guarded([HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "guarded")] HttpRequest request) =>
        Task.FromResult(Results.Text("in"));

    [Function("Admin")]
    [Operator(OperatorRole.Treasury)]
    public Task<IResult> Admin([HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "admin-only")] HttpRequest request) =>
        Task.FromResult(Results.Text("in"));

    [Function("Throw")]
    public Task<IResult> Throw(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "throw/{what}")] HttpRequest request, string what)
    {
        request.HttpContext.Response.Headers["X-Half-Done"] = "yes";
        throw what switch
        {
            "database" => new NpgsqlException("Failed to connect to secret-host", new SocketException(111)),
            "chain" => new ChainUnavailableException(new ChainId(1), "secret-provider is unavailable"),
            "refused" => new BadHttpRequestException("Not like this."),
            _ => new InvalidOperationException("secret-detail"),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Information, "slow request begun")]
        public static partial void Slow(ILogger logger);
    }
}
