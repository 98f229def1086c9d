using Functions.Http;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Functions.Isolated;

/// <summary>What <see cref="ProblemMiddleware"/> is to the app's own host: exceptions of HTTP functions become problems.</summary>
internal sealed partial class ProblemWorkerMiddleware(ILogger<ProblemWorkerMiddleware> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>Runs the function; a timer's exception is left to the Functions host.</summary>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (context.GetHttpContext() is { Response.HasStarted: false })
        {
            // The outermost boundary: whatever reaches it becomes an answer.
            var problem = Failures.ToProblem(exception);
            Log.Failed(logger, context.FunctionDefinition.Name, problem.Code, exception);
            context.GetInvocationResult().Value = problem;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "Function {Function} failed: {Code}")]
        public static partial void Failed(ILogger logger, string function, string code, Exception exception);
    }
}
