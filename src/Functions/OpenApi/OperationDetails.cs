using Functions.Catalog;
using Functions.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Relayer.Core.Configuration;

namespace Functions.OpenApi;

/// <summary>Adds what attributes say beyond types: query parameters, when which answer is given, problem codes, keys.</summary>
internal sealed class OperationDetails : IOpenApiOperationTransformer
{
    /// <summary>The name of the security scheme of a key in its own header.</summary>
    public const string KeyScheme = "functionKey";

    /// <summary>The name of the security scheme of a key as a bearer token.</summary>
    public const string BearerScheme = "bearerKey";

    /// <summary>The name of the security scheme of an API client's key.</summary>
    public const string ClientScheme = "clientKey";

    /// <inheritdoc/>
    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        foreach (var query in metadata.OfType<QueryAttribute>())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Required = query.Required,
                Description = query.Description,
                Schema = await context.GetOrCreateSchemaAsync(query.Type, cancellationToken: cancellationToken),
            });
        }

        foreach (var answer in metadata.OfType<ProducesResponseTypeAttribute>().Where(answer => answer.Description is not null))
        {
            // The framework leaves out what has neither a body nor status 200.
            operation.Responses.TryAdd($"{answer.StatusCode}", new OpenApiResponse());
            operation.Responses[$"{answer.StatusCode}"].Description = answer.Description;
        }

        foreach (var stream in metadata.OfType<ProducesResponseTypeAttribute>().Where(ApiDescription.IsText))
        {
            AddText(operation.Responses, stream);
        }

        foreach (var refusal in metadata.OfType<RefusesAttribute>().GroupBy(refusal => refusal.StatusCode))
        {
            var codes = refusal.SelectMany(one => one.Codes).Select(code => $"`{code}`");
            var problem = Problem(string.Join(", ", codes), context.Document);
            if (refusal.Key is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            {
                problem.Headers = RetryAfter();
            }

            operation.Responses[$"{refusal.Key}"] = problem;
        }

        if (metadata.OfType<ForClientsAttribute>().Any())
        {
            operation.Security = [new(), new() { [new OpenApiSecuritySchemeReference(ClientScheme, context.Document)] = [] }];
        }

        operation.Responses["default"] = Problem("Any other refusal: a problem with its `code`.", context.Document);
        if (metadata.OfType<HttpFunction>().Single().Role is { } role)
        {
            Guard(operation, OperatorRoles.NameOf(role), context.Document);
        }
    }

    /// <summary>What the gate in front of operators' functions may answer, and the ways to show a key.</summary>
    private static void Guard(OpenApiOperation operation, string role, OpenApiDocument? document)
    {
        operation.Responses!["401"] = Problem("`unauthorized`: no operator's key was shown", document);
        operation.Responses["403"] = Problem($"`forbidden`: the role `{role}` is needed", document);
        var throttled = Problem("`too_many_requests`: too many wrong keys came from this address", document);
        throttled.Headers = RetryAfter();
        operation.Responses["429"] = throttled;
        operation.Security =
        [
            new() { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] },
            new() { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] },
        ];
    }

    /// <summary>Beside JSON where there is some.</summary>
    private static void AddText(OpenApiResponses responses, ProducesResponseTypeAttribute answer)
    {
        var text = Text(answer);
        if (responses.TryGetValue($"{answer.StatusCode}", out var known) && known.Content?.ContainsKey("application/json") == true)
        {
            foreach (var (type, content) in text.Content!)
            {
                known.Content[type] = content;
            }
        }
        else
        {
            responses[$"{answer.StatusCode}"] = text;
        }
    }

    private static OpenApiResponse Text(ProducesResponseTypeAttribute answer) => new()
    {
        Description = answer.Description,
        Content = ContentTypes(answer).ToDictionary(
            type => type, _ => new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } }),
    };

    private static MediaTypeCollection ContentTypes(IApiResponseMetadataProvider answer)
    {
        var types = new MediaTypeCollection();
        answer.SetContentTypes(types);
        return types;
    }

    private static Dictionary<string, IOpenApiHeader> RetryAfter() => new()
    {
        ["Retry-After"] = new OpenApiHeader
        {
            Description = "Seconds after which the same request may pass.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
        },
    };

    private static OpenApiResponse Problem(string description, OpenApiDocument? document) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [ProblemResult.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemBody), document) },
        },
    };
}
