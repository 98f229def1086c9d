using Microsoft.AspNetCore.Http.Metadata;

namespace Functions.OpenApi;

/// <summary>Says in the API description what body a function takes. It checks nothing.</summary>
/// <param name="requestType">The body's type.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AcceptsAttribute(Type requestType) : Attribute, IAcceptsMetadata
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ContentTypes { get; } = ["application/json"];

    /// <inheritdoc/>
    public Type? RequestType { get; } = requestType;

    /// <inheritdoc/>
    public bool IsOptional => false;
}
