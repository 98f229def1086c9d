namespace Functions.Hosting;

/// <summary>Calls the function for HTTP requests.</summary>
/// <param name="authLevel">Which key the caller must show.</param>
/// <param name="methods">HTTP methods, lower case; none means any.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) : Attribute
{
    /// <summary>Which key the caller must show.</summary>
    public AuthorizationLevel AuthLevel { get; } = authLevel;

    /// <summary>HTTP methods, lower case; empty means any.</summary>
    public string[] Methods { get; } = methods;

    /// <summary>The route template below the prefix <c>api</c>; <see langword="null"/> means the function's name.</summary>
    public string? Route { get; set; }
}
