using Functions.Http;
using Functions.OpenApi;
using Microsoft.AspNetCore.Mvc;

namespace Functions.Health;

/// <summary>Whether the app lives, and whether it can serve.</summary>
/// <param name="services">The readiness probe is only made when it is asked for.</param>
public sealed class HealthFunctions(IServiceProvider services)
{
    private readonly HealthAnswer _answer = HealthAnswer.Alive;

    /// <summary>Liveness: answers without I/O.</summary>
    [Function("Health")]
    [ProducesResponseType<HealthAnswer>(200, Description = "The app lives.")]
    public Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "health")] HttpRequest request) =>
        Task.FromResult<IResult>(TypedResults.Json(_answer, HttpJson.Default.HealthAnswer));

    /// <summary>Readiness: asks every dependency.</summary>
    [Function("Ready")]
    [ProducesResponseType<ReadyAnswer>(200, Description = "Every dependency can be used.")]
    [Refuses(503, "not_ready")]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "ready")] HttpRequest request,
        CancellationToken cancellation) =>
        services.GetRequiredService<ReadinessProbe>().ProbeAsync(cancellation);
}
