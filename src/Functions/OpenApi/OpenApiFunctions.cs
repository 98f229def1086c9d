using Microsoft.AspNetCore.Mvc;


namespace Functions.OpenApi;

/// <summary>The API's own description.</summary>
/// <param name="documents">Makes it.</param>
public sealed class OpenApiFunctions(OpenApiDocuments documents)
{
    /// <summary>This document.</summary>
    [Function("OpenApi")]
    [ProducesResponseType<object>(200, Description = "The OpenAPI 3.1 document")]
    public async Task<IResult> OpenApi(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "options", Route = "openapi.json")] HttpRequest request) =>
        TypedResults.Bytes(await documents.GetAsync(), "application/json");
}
