using System.Buffers;
using System.Text.RegularExpressions;
using Relayer.Core.Configuration.Reading;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration;

/// <summary>Gathers what is wrong with the configuration, and the few checks that recur.</summary>
public sealed partial class OptionFaults
{
    // RFC 3986 has none of them: https://www.rfc-editor.org/rfc/rfc3986#appendix-A.
    private static readonly SearchValues<char> NotInUrls = SearchValues.Create("<>{}\"^`|\\ \t\r\n");

    private readonly List<string> _messages = [];
    private readonly HashSet<string> _unread = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Nothing was found so far.</summary>
    public OptionFaults()
    {
    }

    /// <summary>Goes on from the texts that could not be read.</summary>
    internal OptionFaults(IEnumerable<TextFault> unread)
    {
        foreach (var (key, fault) in unread)
        {
            Add(key, fault); // Before it counts as unread.
            _unread.Add(key);
        }
    }

    /// <summary>What was found so far, each as <c>Key: what is wrong</c>.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Notes a fault; of a text that could not be read nothing else is wrong.</summary>
    public void Add(string key, string fault)
    {
        if (!_unread.Contains(key))
        {
            _messages.Add($"{key}: {fault}");
        }
    }

    /// <summary>Notes a fault where there is one.</summary>
    public void AddIf(bool wrong, string key, string fault)
    {
        if (wrong)
        {
            Add(key, fault);
        }
    }

    /// <summary>A text that must be there.</summary>
    public void Require(string text, string key) => AddIf(string.IsNullOrWhiteSpace(text), key, OptionText.Missing);

    /// <summary>An address that must be there and mean an account or a contract; the zero address is neither.</summary>
    /// <returns>The address, or <see langword="null"/> when a fault was noted, now or when its text was read.</returns>
    public Address? RequireAddress(Address? address, string key)
    {
        if (_unread.Contains(key))
        {
            return null;
        }

        AddIf(address is null, key, OptionText.Missing);
        AddIf(address is { IsZero: true }, key, "is the zero address");
        return address is { IsZero: true } ? null : address;
    }

    /// <summary>What a setting says, to compare it with others.</summary>
    /// <returns>The value, or <see langword="null"/> when its text could not be read, which was noted then.</returns>
    public T? Sound<T>(T value, string key)
        where T : struct => _unread.Contains(key) ? null : value;

    /// <summary>A number of a least size.</summary>
    public void RequireAtLeast(long least, long value, string key) => AddIf(value < least, key, $"is {value}; it must be at least {least}");

    /// <summary>A time above 0 and up to a longest one, which is told in words.</summary>
    public void RequireTime(TimeSpan time, TimeSpan longest, string inWords, string key) =>
        AddIf(time <= TimeSpan.Zero || time > longest, key, $"must be above 0 and at most {inWords}");

    /// <summary>A time of any length above 0.</summary>
    public void RequireLonger(TimeSpan time, string key) => AddIf(time <= TimeSpan.Zero, key, "must be longer than nothing");

    /// <summary>A time of any length, or none.</summary>
    public void RequireNotNegative(TimeSpan time, string key) => AddIf(time < TimeSpan.Zero, key, "must not be negative");

    /// <summary>An http or https URL.</summary>
    /// <returns>The URL, or <see langword="null"/> when a fault was noted.</returns>
    public Uri? RequireUrl(string text, string key) => RequireUrl(text, key, "is not an http or https URL", Uri.UriSchemeHttp, Uri.UriSchemeHttps);

    /// <summary>An https URL, or an http one of this machine; in development any http URL too.</summary>
    public void RequireSafeUrl(string text, string key, bool isDevelopment)
    {
        if (RequireUrl(text, key) is { } url)
        {
            AddIf(
                !isDevelopment && url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback, key,
                "must be https: what it answers could be read and changed on its way (http is for this machine alone)");
        }
    }

    /// <summary>An https URL; in development, where the other side may be a test's, an http one too.</summary>
    public void RequireHttpsUrl(string text, string key, bool isDevelopment = false) =>
        RequireUrl(text, key, "is not an https URL", Uri.UriSchemeHttps, isDevelopment ? Uri.UriSchemeHttp : Uri.UriSchemeHttps);

    /// <summary>What is a secret's name in the vault or, in development only, the key itself; not both.</summary>
    public void RequireSecretOrKey(string at, string secret, string key, bool isDevelopment)
    {
        AddIf(secret.Length > 0 && key.Length > 0, at, "has both a Secret and a Key; give one");
        RequireSecretName(secret, $"{at}:Secret");
        AddIf(
            secret.Length == 0 && key.Length > 0 && !isDevelopment, $"{at}:Key",
            "a literal key is accepted only when Environment is Development; name a Key Vault Secret instead");
    }

    /// <summary>A secret's name in the vault, or nothing.</summary>
    public void RequireSecretName(string secret, string key) => AddIf(
        secret.Length > 0 && !SecretName.IsMatch(secret), key, "is not a Key Vault secret name (1 to 127 letters, digits and hyphens)");

    private Uri? RequireUrl(string text, string key, string fault, params ReadOnlySpan<string> schemes)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !schemes.Contains(url.Scheme))
        {
            Add(key, fault);
            return null;
        }

        if (text.AsSpan().Trim().ContainsAny(NotInUrls))
        {
            Add(key, "has characters that no URL has, such as < or {: is a placeholder left in it?");
            return null;
        }

        return url;
    }

    // https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning
    [GeneratedRegex(@"^[0-9a-zA-Z-]{1,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SecretName { get; }
}
