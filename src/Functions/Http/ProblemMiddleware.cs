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

            KeepCorsHeaders(context.Response, problem);
            await problem.ExecuteAsync(context);
            return;
        }

        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null or 0, ContentType: null })
        {
            await Problems.ForStatus(context.Response.StatusCode).ExecuteAsync(context);
        }
    }

    /// <summary>Drops what a failed function had begun to say, save what the browser needs to read the problem.</summary>
    private static void KeepCorsHeaders(HttpResponse response, ProblemResult problem)
    {
        foreach (var name in response.Headers.Keys.ToArray())
        {
            if (!name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase) && name != "Vary")
            {
                response.Headers.Remove(name);
            }
        }

        response.StatusCode = problem.Status;
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "A request failed unexpectedly")]
        public static partial void Unhandled(ILogger logger, Exception exception);

        [LoggerMessage(1002, LogLevel.Warning, "A request could not be served: {Code}")]
        public static partial void Unavailable(ILogger logger, string code, Exception exception);
    }
}
