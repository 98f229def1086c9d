namespace Relayer.Core.Configuration;

/// <summary>Checks who may operate.</summary>
internal static class OperatorOptionsValidator
{
    public static void Validate(RelayerOptions options, OptionFaults faults)
    {
        var sources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, one) in options.Operators.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var at = $"Operators:{name}";
            faults.AddIf(!OperatorRoles.TryParse(one.Role, out _), $"{at}:Role", "must be look, operate or treasury");
            faults.AddIf(one.Secret.Length + one.Key.Length == 0, at, "has neither a Secret (a Key Vault secret's name) nor a Key");
            faults.RequireSecretOrKey(at, one.Secret, one.Key, options.IsDevelopment);
            faults.RequireSecretName(one.NextSecret, $"{at}:NextSecret");
            faults.AddIf(one.NextSecret.Length > 0 && one.Secret.Length == 0, $"{at}:NextSecret", "is for an operator that has a Secret");
            if (one.Key.Length > 0 && KeyStrength.Fault(one.Key, options.IsDevelopment) is { } fault)
            {
                faults.Add($"{at}:Key", fault);
            }

            // Whoever shows it must be one of them only: the audit says who it was.
            RequireOwn(one.Secret.ToUpperInvariant(), $"{at}:Secret");
            RequireOwn(one.NextSecret.ToUpperInvariant(), $"{at}:NextSecret");
            RequireOwn(one.Key.Length > 0 ? $"key {one.Key}" : "", $"{at}:Key");
        }

        void RequireOwn(string source, string key) =>
            faults.AddIf(source.Length > 0 && !sources.Add(source), key, "is the same as one before it: each operator has a key of their own");
    }
}
