using Functions.Http;

namespace Functions;

/// <summary>Whether the app lives, and whether it can serve.</summary>
public sealed class HealthFunctions
{
    /// <summary>Liveness: no I/O.</summary>
    [Function("Health")]
    public Task<IResult> Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        Task.FromResult<IResult>(TypedResults.Json(HealthAnswer.Alive, HttpJson.Default.HealthAnswer));
}
