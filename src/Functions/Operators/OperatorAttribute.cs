using Relayer.Core.Configuration;

namespace Functions.Operators;

/// <summary>A function for operators alone. <see cref="OperatorGate"/> lets a call through that shows the key of one with the role, under every host.</summary>
/// <remarks>
/// The trigger says <see cref="AuthorizationLevel.Anonymous"/>: the Functions host would check keys of its own, whose names it keeps to itself, and
/// refuse a browser's preflight, which carries none.
/// </remarks>
/// <param name="role">The least role.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperatorAttribute(OperatorRole role) : Attribute
{
    /// <summary>The least role.</summary>
    public OperatorRole Role { get; } = role;
}
