namespace Functions.Configuration;

/// <summary>Settings that the app cannot start with.</summary>
/// <param name="faults">Each <c>Key: what is wrong</c>; never a secret's value.</param>
public sealed class ConfigurationException(IReadOnlyList<string> faults) : Exception(string.Join('\n', faults))
{
    /// <summary>One setting.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="problem">What is wrong with it.</param>
    public ConfigurationException(string key, string problem)
        : this([$"{key}: {problem}"])
    {
    }

    /// <summary>Each <c>Key: what is wrong</c>.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
