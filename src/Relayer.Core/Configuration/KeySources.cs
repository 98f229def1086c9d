namespace Relayer.Core.Configuration;

/// <summary>Checks where the keys come from that open something to whoever shows them: each is one holder's alone.</summary>
/// <param name="isDevelopment">True lets literal keys pass.</param>
internal sealed class KeySources(bool isDevelopment)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Notes what is wrong with one holder's.</summary>
    /// <param name="at">Where it stands in the settings.</param>
    /// <param name="secret">The secret's name.</param>
    /// <param name="nextSecret">The name of a second one.</param>
    /// <param name="key">The key itself.</param>
    /// <param name="holder">What the holder is, such as <c>an operator</c>.</param>
    /// <param name="faults">Where it is noted.</param>
    public void Require(string at, string secret, string nextSecret, string key, string holder, OptionFaults faults)
    {
        faults.AddIf(secret.Length + key.Length == 0, at, "has neither a Secret (a Key Vault secret's name) nor a Key");
        faults.RequireSecretOrKey(at, secret, key, isDevelopment);
        faults.RequireSecretName(nextSecret, $"{at}:NextSecret");
        faults.AddIf(nextSecret.Length > 0 && secret.Length == 0, $"{at}:NextSecret", $"is for {holder} that has a Secret");
        if (key.Length > 0 && KeyStrength.Fault(key, isDevelopment) is { } fault)
        {
            faults.Add($"{at}:Key", fault);
        }

        // Whoever shows it must be one of them only: the records say who it was.
        RequireOwn(secret.ToUpperInvariant(), $"{at}:Secret");
        RequireOwn(nextSecret.ToUpperInvariant(), $"{at}:NextSecret");
        RequireOwn(key.Length > 0 ? $"key {key}" : "", $"{at}:Key");

        void RequireOwn(string source, string setting) =>
            faults.AddIf(source.Length > 0 && !_seen.Add(source), setting, "is the same as one before it: each operator and each client has a key of their own");
    }
}
