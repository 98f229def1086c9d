namespace Functions.OpenApi;

/// <summary>Says in the API description which problems a function answers with under one status.</summary>
/// <param name="statusCode">The HTTP status.</param>
/// <param name="codes">The stable codes.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RefusesAttribute(int statusCode, params string[] codes) : Attribute
{
    /// <summary>The HTTP status.</summary>
    public int StatusCode { get; } = statusCode;

    /// <summary>The stable codes.</summary>
    public string[] Codes { get; } = codes;
}
