namespace Functions.Http;

/// <summary>Sees to it that every refusal has a problem as its body, whoever refused.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="logger">Where unexpected exceptions go.</param>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>Runs the rest and completes its answer.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // Nobody is left to be answered.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            // The outermost boundary: whatever reaches it becomes an answer.
            var problem = Failures.ToProblem(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError)
            {
                Log.Unhandled(logger, exception);
            }
            else if (problem.Status > StatusCodes.Status500InternalServerError)
            {
                Log.Unavailable(logger, problem.Code, exception);
            }

            // Drops what a failed function had begun to say; CORS headers are added when the response starts.
            context.Response.Clear();
            await problem.ExecuteAsync(context);
            return;
        }

        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null or 0, ContentType: null })
        {
            await Problems.ForStatus(context.Response.StatusCode).ExecuteAsync(context);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "A request failed unexpectedly")]
        public static partial void Unhandled(ILogger logger, Exception exception);

        [LoggerMessage(1002, LogLevel.Warning, "A request could not be served: {Code}")]
        public static partial void Unavailable(ILogger logger, string code, Exception exception);
    }
}
