using Microsoft.AspNetCore.Http.Metadata;

namespace Functions.OpenApi;

/// <summary>Says in the API description how a function answers when all goes well.</summary>
/// <param name="statusCode">The HTTP status.</param>
/// <param name="type">The body's type; <see langword="null"/> when there is none or it is not JSON.</param>
/// <param name="contentType">The body's media type.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute(int statusCode, Type? type = null, string contentType = "application/json")
    : Attribute, IProducesResponseTypeMetadata
{
    /// <inheritdoc/>
    public int StatusCode { get; } = statusCode;

    /// <inheritdoc/>
    public Type? Type { get; } = type;

    /// <summary>When this answer is given.</summary>
    public string? Description { get; set; }

    /// <inheritdoc/>
    public IEnumerable<string> ContentTypes { get; } = [contentType];
}
