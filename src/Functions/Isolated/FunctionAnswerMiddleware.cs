using Functions.Http;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Functions.Isolated;

/// <summary>What <see cref="ProblemMiddleware"/> and CORS are to the app alone: answers preflights, sends answers, turns exceptions into problems.</summary>
/// <remarks>
/// A function's exception never reaches the worker's web server, and the server would wait for a function that was not called:
/// so both are looked after here, where the functions are called. A timer's exception is left to the Functions host.
/// </remarks>
/// <param name="preflight">Answers OPTIONS.</param>
/// <param name="logger">Where unexpected exceptions go.</param>
internal sealed class FunctionAnswerMiddleware(Preflight preflight, ILogger<FunctionAnswerMiddleware> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>Runs the function and sends what it answers.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            return next(context);
        }

        return Failures.GuardAsync(http, () => AnswerAsync(context, http, next), logger);
    }

    private async Task AnswerAsync(FunctionContext context, HttpContext http, FunctionExecutionDelegate next)
    {
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            await preflight.AnswerAsync(http);
            context.GetInvocationResult().Value = Results.Empty;
            return;
        }

        // The worker's own binding would fail with an exception that names types.
        foreach (var parameter in context.FunctionDefinition.Parameters.Where(parameter => parameter.Type == typeof(long)))
        {
            PathNumber.Read(parameter.Name, http.Request.RouteValues[parameter.Name] as string);
        }

        await next(context);

        // Sent here and not by the worker, so that what fails while it is written is a problem too.
        if (context.GetInvocationResult().Value is IResult result)
        {
            await result.ExecuteAsync(http);
            context.GetInvocationResult().Value = Results.Empty;
        }
    }
}
