namespace Functions.Configuration;

/// <summary>A setting that the app cannot start with.</summary>
/// <param name="key">The setting's name.</param>
/// <param name="problem">What is wrong with it; never a secret's value.</param>
public sealed class ConfigurationException(string key, string problem) : Exception($"{key}: {problem}")
{
    /// <summary>The setting's name.</summary>
    public string Key { get; } = key;
}
