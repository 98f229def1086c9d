namespace Functions.Hosting;

/// <summary>Makes a method a function of the app. The isolated worker's attribute of the same name means the same.</summary>
/// <param name="name">The function's name, unique in the app; also its folder's name in Azure.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name.</summary>
    public string Name { get; } = name;
}
