using Functions.Bounds;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Storage;

namespace Functions.Http;

/// <summary>Which problem an exception is. The one place where exceptions become answers.</summary>
public static partial class Failures
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>Runs what answers a request; what it throws becomes a problem, and is logged when it is this side's fault.</summary>
    /// <param name="context">The request.</param>
    /// <param name="answer">What answers it.</param>
    /// <param name="logger">Where 500 and above go; refusals are the callers' business.</param>
    public static async Task GuardAsync(HttpContext context, Func<Task> answer, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(answer);
        try
        {
            await answer();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be answered.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            // The outermost boundary: whatever reaches it becomes an answer.
            var problem = ToProblem(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError)
            {
                Log.Unhandled(logger, exception);
            }
            else if (problem.Status > StatusCodes.Status500InternalServerError && exception is not CapacityException && !IsTold(context, exception))
            {
                Log.Unavailable(logger, problem.Code, exception);
            }

            // Drops what a failed function had begun to say; CORS headers are added when the response starts.
            context.Response.Clear();
            await problem.ExecuteAsync(context);
        }
    }

    /// <summary>The problem; an exception that says nothing known is <c>internal_error</c>, without details.</summary>
    public static ProblemResult ToProblem(Exception exception) => exception switch
    {
        CapacityException full => full.IsOwnShare ? Capacity.OwnShare() : Capacity.Overloaded(),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow => Problems.Create(
            slow.StatusCode, Problems.CodeOf(slow.StatusCode), Detail(slow), retryAfter: TimeSpan.FromSeconds(1)),
        BadHttpRequestException bad => Problems.ForStatus(bad.StatusCode, Detail(bad)),
        ChainUnavailableException => Problems.Create(
            StatusCodes.Status503ServiceUnavailable, "chain_unavailable", "No provider of the chain answers.", retryAfter: Soon),
        SignerUnavailableException => Problems.Create(
            StatusCodes.Status503ServiceUnavailable, "signers_exhausted", "No signer is available.", retryAfter: Soon),
        _ when StorageFailures.IsOne(exception) => Problems.Create(
            StatusCodes.Status503ServiceUnavailable, "storage_unavailable", "The database cannot be used at the moment.", retryAfter: Soon),
        _ => Problems.ForStatus(StatusCodes.Status500InternalServerError),
    };

    /// <summary>Why the database cannot be used is said once for all calls, and without a stack.</summary>
    internal static bool IsTold(HttpContext context, Exception exception) =>
        context.RequestServices?.GetService<StorageTrouble>()?.Tell(exception) ?? false;

    private static string Detail(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => $"The body has more than {JsonBody.MaxBytes} bytes.",
        StatusCodes.Status408RequestTimeout => "The request took too long to arrive.",
        _ => bad.Message,
    };

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "A request failed unexpectedly")]
        public static partial void Unhandled(ILogger logger, Exception exception);

        [LoggerMessage(1002, LogLevel.Warning, "A request could not be served: {Code}")]
        public static partial void Unavailable(ILogger logger, string code, Exception exception);
    }
}
