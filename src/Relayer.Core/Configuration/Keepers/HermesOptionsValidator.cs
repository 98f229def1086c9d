using System.Globalization;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Checks where prices come from, and that the keys stay secrets.</summary>
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
            ValidateUrl(hermes, "Hermes", options.IsDevelopment, faults);
        }

        ValidateKey(hermes, "Hermes", options.IsDevelopment, faults);
        for (var i = 0; i < hermes.Fallbacks.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"Hermes:Fallbacks:{i}");
            ValidateUrl(hermes.Fallbacks[i], at, options.IsDevelopment, faults);
            ValidateKey(hermes.Fallbacks[i], at, options.IsDevelopment, faults);
        }

        // One after the other: with all of them silent, half a minute's window must not be over.
        faults.RequireTime(hermes.Timeout, LongestWait / (1 + hermes.Fallbacks.Count), "30 seconds, for all services together", "Hermes:Timeout");
    }

    private static void ValidateUrl(HermesServiceOptions service, string at, bool isDevelopment, OptionFaults faults)
    {
        var url = faults.RequireUrl(service.Url, $"{at}:Url");
        faults.AddIf(
            url?.Scheme == Uri.UriSchemeHttp && service.Secret.Length > 0 && !isDevelopment, $"{at}:Url",
            "must be https: the key could be read on its way");
    }

    private static void ValidateKey(HermesServiceOptions service, string at, bool isDevelopment, OptionFaults faults)
    {
        faults.RequireSecretOrKey(at, service.Secret, service.Key, isDevelopment);
        faults.AddIf(service.Key.Any(c => c is <= ' ' or >= '\x7f'), $"{at}:Key", "is not one line of printable characters");
    }
}
