using System.Text;
using Functions.Http;

namespace Functions.Council;

/// <summary>The page with the headers that go with it.</summary>
/// <param name="page">The markup.</param>
/// <param name="problem">Why it is not the one that was asked for.</param>
internal sealed class CouncilPageResult(Html page, ProblemResult? problem = null) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = Encoding.UTF8.GetBytes(page.Text);
        response.StatusCode = problem?.Status ?? StatusCodes.Status200OK;
        response.Headers.RetryAfter = problem?.RetryAfterSeconds;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.ContentSecurityPolicy = CouncilPage.ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";

        // Figures of a moment: whoever comes back wants new ones.
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
