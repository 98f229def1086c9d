namespace Relayer.Core.Configuration;

/// <summary>Checks where prices come from, and that its key stays a secret.</summary>
internal static class HermesOptionsValidator
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static void Validate(RelayerOptions options, OptionFaults faults)
    {
        var hermes = options.Hermes;
        var isNeeded = options.Chains.Values.Any(chain => KeepersOptionsValidator.NeedPrices(chain.Keepers));
        if (hermes.Url.Length == 0)
        {
            faults.AddIf(isNeeded, "Hermes:Url", "is missing, though a keeper needs prices");
        }
        else
        {
            var usable = Uri.TryCreate(hermes.Url, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
            faults.AddIf(!usable, "Hermes:Url", "is not an http or https URL");
            faults.AddIf(
                usable && uri!.Scheme == Uri.UriSchemeHttp && hermes.Secret.Length > 0 && !options.IsDevelopment, "Hermes:Url",
                "must be https: the key could be read on its way");
        }

        ValidateKey(hermes, options.IsDevelopment, faults);
        faults.AddIf(hermes.Timeout <= TimeSpan.Zero || hermes.Timeout > LongestWait, "Hermes:Timeout", "must be above 0 and at most 30 seconds");
    }

    private static void ValidateKey(HermesOptions hermes, bool isDevelopment, OptionFaults faults)
    {
        faults.AddIf(hermes.Secret.Length > 0 && hermes.Key.Length > 0, "Hermes", "has both a Secret and a Key; give one");
        faults.AddIf(
            hermes.Secret.Length > 0 && !ChainOptionsValidator.IsSecretName(hermes.Secret), "Hermes:Secret",
            "is not a Key Vault secret name (1 to 127 letters, digits and hyphens)");
        faults.AddIf(
            hermes.Key.Length > 0 && !isDevelopment, "Hermes:Key",
            "a literal key is accepted only when Environment is Development; name a Key Vault Secret instead");
        faults.AddIf(hermes.Key.Any(c => c is <= ' ' or >= '\x7f'), "Hermes:Key", "is not one line of printable characters");
    }
}
