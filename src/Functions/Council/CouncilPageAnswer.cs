using System.Text;
using Functions.Bounds;
using Functions.Http;

namespace Functions.Council;

/// <summary>The page with the headers that go with it.</summary>
/// <param name="body">The markup.</param>
/// <param name="keptFor">How long a browser may keep it without asking.</param>
internal sealed class CouncilPageAnswer(byte[] body, TimeSpan keptFor) : PublicAnswer(body, ContentType, keptFor)
{
    /// <summary>What the page is.</summary>
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>What a browser may do with it.</summary>
    public static void Guard(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = CouncilPage.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }

    /// <inheritdoc/>
    protected override void AddHeaders(IHeaderDictionary headers) => Guard(headers);
}

/// <summary>The page that says why there is none.</summary>
/// <param name="problem">Why.</param>
internal sealed class UnavailablePage(ProblemResult problem) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = Encoding.UTF8.GetBytes(CouncilPage.Unavailable.Text);
        response.StatusCode = problem.Status;
        response.Headers.RetryAfter = problem.RetryAfterSeconds;
        response.ContentType = CouncilPageAnswer.ContentType;
        response.ContentLength = body.Length;
        CouncilPageAnswer.Guard(response.Headers);
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
