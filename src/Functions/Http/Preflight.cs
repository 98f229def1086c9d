using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Functions.Http;

/// <summary>Answers OPTIONS where the framework's CORS middleware cannot: behind a host that calls a function for it.</summary>
/// <param name="services">Has the CORS policy when origins are configured.</param>
internal sealed class Preflight(IServiceProvider services)
{
    /// <summary>204 with what the origin may do, as the framework's middleware answers; 405 for what is no preflight, or without origins.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        if (services.GetService<ICorsService>() is not { } cors
            || !context.Request.Headers.ContainsKey(HeaderNames.Origin)
            || !context.Request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod))
        {
            await Problems.ForStatus(StatusCodes.Status405MethodNotAllowed).ExecuteAsync(context);
            return;
        }

        var policy = await services.GetRequiredService<ICorsPolicyProvider>().GetPolicyAsync(context, policyName: null);
        cors.ApplyResult(cors.EvaluatePolicy(context, policy!), context.Response);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
