using Functions.Bounds;
using Microsoft.AspNetCore.Mvc;

namespace Functions.OpenApi;

/// <summary>The API's own description.</summary>
/// <param name="documents">Makes it.</param>
/// <param name="reads">Keeps what is the same for everybody.</param>
public sealed class OpenApiFunctions(OpenApiDocuments documents, PublicReads reads)
{
    /// <summary>This document.</summary>
    [Function("OpenApi")]
    [ProducesResponseType<object>(200, Description = "The OpenAPI 3.1 document")]
    [ProducesResponseType(304, Description = "As named by If-None-Match.")]
    public async Task<IResult> OpenApi(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "openapi.json")] HttpRequest request, CancellationToken cancellation) =>
        await reads.ShareAsync("openapi", async _ => new PublicAnswer(await documents.GetAsync(), "application/json", reads.KeptFor), cancellation);
}
