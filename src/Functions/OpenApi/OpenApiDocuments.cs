using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Functions.Callers;
using Functions.Catalog;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Functions.OpenApi;

/// <summary>The API's description, made from the functions' attributes and XML docs when it is first asked for.</summary>
/// <remarks>It has its own small service container, so that neither the start nor other requests pay for it.</remarks>
/// <param name="environment">The app's environment.</param>
public sealed class OpenApiDocuments(IHostEnvironment environment)
{
    private const string Document = "v1";

    private readonly Lazy<Task<byte[]>> _json = new(() => WriteAsync(environment, typeof(OpenApiDocuments).Assembly));

    /// <summary>The OpenAPI 3.1 document of this app as UTF-8 JSON.</summary>
    public Task<byte[]> GetAsync() => _json.Value;

    /// <summary>The document of an assembly's functions.</summary>
    internal static async Task<byte[]> WriteAsync(IHostEnvironment environment, Assembly assembly)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(environment);
        services.AddSingleton<EndpointDataSource>(
            new DefaultEndpointDataSource(ApiDescription.Describe(FunctionCatalog.Read(assembly))));
        services.AddRoutingCore();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        services.AddOpenApi(Document, options =>
        {
            // Ready JSON in an answer is always a problem: a batch shows one for each request it refuses.
            options.CreateSchemaReferenceId = type => (Nullable.GetUnderlyingType(type.Type) ?? type.Type) == typeof(JsonElement)
                ? nameof(ProblemBody)
                : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddOperationTransformer<OperationDetails>();
            options.AddDocumentTransformer(async (document, context, cancellation) =>
            {
                Introduce(document);
                document.Components!.Schemas ??= new Dictionary<string, IOpenApiSchema>();
                var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemBody), cancellationToken: cancellation);
                document.Components.Schemas[nameof(ProblemBody)] = problem;
            });
        });
        await using var provider = services.BuildServiceProvider();
        var document = await provider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document).GetOpenApiDocumentAsync();
        return Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1));
    }

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Relayer",
            Version = Document,
            Description = "Relays signed EIP-2771 requests and pays their gas. "
                + "Every refusal is application/problem+json (RFC 9457) with a stable `code`.",
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[OperationDetails.KeyScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "x-functions-key",
            Description = "An operator's key.",
        };
        document.Components.SecuritySchemes[OperationDetails.ClientScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ClientGate.Header,
            Description = "An API client's key; without one a caller is anonymous.",
        };
        document.Components.SecuritySchemes[OperationDetails.BearerScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The same key.",
        };
    }
}
