using Functions.Catalog;
using Functions.Http;
using Functions.Operators;
using Microsoft.Azure.Functions.Worker.Middleware;
using Relayer.Core.Configuration;

namespace Functions.Isolated;

/// <summary>What the pipeline is to the app alone: answers preflights, checks operators' keys, sends answers, turns exceptions into problems.</summary>
/// <remarks>
/// A function's exception never reaches the worker's web server, and the server would wait for a function that was not called:
/// so both are looked after here, where the functions are called. A timer's exception is left to the Functions host.
/// </remarks>
/// <param name="preflight">Answers OPTIONS.</param>
/// <param name="gate">Checks operators' keys.</param>
/// <param name="logger">Where unexpected exceptions go.</param>
internal sealed class FunctionAnswerMiddleware(Preflight preflight, OperatorGate gate, ILogger<FunctionAnswerMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private static readonly Lazy<Dictionary<string, OperatorRole?>> Roles = new(() => FunctionCatalog.Read(typeof(FunctionAnswerMiddleware).Assembly)
        .ToDictionary(function => function.Name, function => (function as HttpFunction)?.Role));

    /// <summary>Runs the function and sends what it answers.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            // The host's own door for administrators runs any function, without a request.
            return Roles.Value[context.FunctionDefinition.Name] is null
                ? next(context)
                : throw new InvalidOperationException($"Function {context.FunctionDefinition.Name} is for operators and is called over HTTP.");
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

        if (await gate.CheckAsync(http, Roles.Value[context.FunctionDefinition.Name]) is { } refusal)
        {
            await refusal.ExecuteAsync(http);
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
