namespace Functions.OpenApi;

/// <summary>Says in the API description that an API client may show its key, and that nobody has to. It checks nothing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ForClientsAttribute : Attribute;
