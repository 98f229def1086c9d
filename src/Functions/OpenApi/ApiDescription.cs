using System.Reflection;
using Functions.Catalog;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Functions.OpenApi;

/// <summary>Turns HTTP functions into endpoints that say everything about themselves and serve nothing.</summary>
internal static class ApiDescription
{
    private const string RoutePrefix = "api";

    /// <summary>One endpoint for each function.</summary>
    public static List<Endpoint> Describe(IEnumerable<FunctionDescriptor> functions) =>
        [.. functions.OfType<HttpFunction>().Select(Describe)];

    private static RouteEndpoint Describe(HttpFunction function)
    {
        var builder = new RouteEndpointBuilder(
            static _ => Task.CompletedTask, RoutePatternFactory.Parse($"/{RoutePrefix}/{function.Route}"), order: 0);
        builder.Metadata.Add(function);
        builder.Metadata.Add(function.Method);
        builder.Metadata.Add(new HttpMethodMetadata(function.Methods.Count == 0 ? ["GET", "POST"] : function.Methods));
        builder.Metadata.Add(new EndpointNameMetadata(function.Name));
        builder.Metadata.Add(new TagsAttribute(Tag(function.Method.DeclaringType!)));
        foreach (var parameter in function.Method.GetParameters().Where(one => IsInPath(one, builder.RoutePattern)))
        {
            builder.Metadata.Add(new PathParameter(parameter));
        }

        // Of several answers under one status the last one's type is described: JSON's, to which text is added.
        foreach (var attribute in function.Method.GetCustomAttributes().OrderBy(attribute => attribute is ProducesResponseTypeAttribute answer && !IsText(answer)))
        {
            builder.Metadata.Add(attribute);
        }

        return (RouteEndpoint)builder.Build();
    }

    /// <summary>True for an answer with a body that is not JSON.</summary>
    public static bool IsText(ProducesResponseTypeAttribute answer) =>
        answer.Type == typeof(void) && answer.StatusCode != StatusCodes.Status204NoContent;

    private static bool IsInPath(ParameterInfo parameter, RoutePattern route) => route.GetParameter(parameter.Name!) is not null;

    private static string Tag(Type type) => type.Name[..^"Functions".Length];

    /// <summary>Says that a parameter comes from the path.</summary>
    private sealed record PathParameter(ParameterInfo ParameterInfo) : IParameterBindingMetadata
    {
        public string Name => ParameterInfo.Name!;

        public bool HasTryParse => ParameterInfo.ParameterType != typeof(string);

        public bool HasBindAsync => false;

        public bool IsOptional => false;
    }
}
