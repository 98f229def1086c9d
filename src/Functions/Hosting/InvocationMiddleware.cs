using System.Diagnostics;

namespace Functions.Hosting;

/// <summary>Ties logs and traces to the Functions host's own records of the same call.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="logger">Opens the scope.</param>
internal sealed class InvocationMiddleware(RequestDelegate next, ILogger<InvocationMiddleware> logger)
{
    private const string Header = "X-Azure-Functions-InvocationId";

    private static readonly Func<ILogger, Guid, IDisposable?> Scope =
        LoggerMessage.DefineScope<Guid>("InvocationId:{InvocationId}");

    /// <summary>Runs the rest within the invocation's scope.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        // Anything but a GUID did not come from the host, and is not worth a place in the logs.
        if (!Guid.TryParse(context.Request.Headers[Header], out var invocation))
        {
            await next(context);
            return;
        }

        Activity.Current?.SetTag("faas.invocation_id", invocation.ToString());
        using (Scope(logger, invocation))
        {
            await next(context);
        }
    }
}
