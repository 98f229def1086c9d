using System.Reflection;

namespace Functions.Health;

/// <summary>The liveness answer.</summary>
/// <param name="Status">Always <c>ok</c>.</param>
/// <param name="Version">The app's version.</param>
public sealed record HealthAnswer(string Status, string Version)
{
    /// <summary>The app is alive.</summary>
    internal static HealthAnswer Alive { get; } = new(
        "ok",
        typeof(HealthAnswer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
}
