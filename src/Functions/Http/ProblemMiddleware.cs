namespace Functions.Http;

/// <summary>Sees to it that every refusal has a problem as its body, whoever refused.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="logger">Where unexpected exceptions go.</param>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>Runs the rest and completes its answer.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        await Failures.GuardAsync(context, () => next(context), logger);
        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null or 0, ContentType: null })
        {
            await Problems.ForStatus(context.Response.StatusCode).ExecuteAsync(context);
        }
    }
}
