namespace Functions.OpenApi;

/// <summary>Says in the API description which query parameter a function reads. It binds nothing.</summary>
/// <param name="name">The parameter's name.</param>
/// <param name="type"><see cref="string"/>, <see cref="int"/>, <see cref="long"/> or <see cref="bool"/>.</param>
/// <param name="description">What it does, its unit and its default.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class QueryAttribute(string name, Type type, string description) : Attribute
{
    /// <summary>The parameter's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its type.</summary>
    public Type Type { get; } = type;

    /// <summary>What it does.</summary>
    public string Description { get; } = description;

    /// <summary>The function refuses to work without it.</summary>
    public bool Required { get; set; }
}
