namespace Relayer.Core.Configuration;

/// <summary>Checks who may operate.</summary>
internal static class OperatorOptionsValidator
{
    public static void Validate(RelayerOptions options, KeySources sources, OptionFaults faults)
    {
        foreach (var (name, one) in options.Operators.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var at = $"Operators:{name}";
            faults.AddIf(!OperatorRoles.TryParse(one.Role, out _), $"{at}:Role", "must be look, operate or treasury");
            sources.Require(at, one.Secret, one.NextSecret, one.Key, "an operator", faults);
        }
    }
}
