namespace Relayer.Core.Configuration;

/// <summary>Whether a text is good enough as a key that opens something to whoever shows it. Pure.</summary>
/// <remarks>It cannot tell random text from a sentence; it refuses what nobody can have drawn at random.</remarks>
internal static class KeyStrength
{
    /// <summary>The fewest characters.</summary>
    public const int LeastLength = 32;

    /// <summary>The fewest characters that differ: 32 random hexadecimal digits have fewer once in some ten thousand times.</summary>
    public const int LeastDistinct = 10;

    // What samples and manuals write where a key belongs. None is so short that chance would spell it.
    private static readonly string[] Placeholders =
        ["change-me", "change_me", "changeme", "replace-me", "your-key", "example", "password", "development", "operator", "0123456789", "abcdefghij"];

    /// <summary>What is wrong with a key, without the key; null when nothing is.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isDevelopment">True lets placeholders pass, such as the sample's.</param>
    public static string? Fault(string key, bool isDevelopment) =>
        key.Length < LeastLength ? $"must have at least {LeastLength} characters"
        : key.Any(character => character is <= ' ' or >= '\x7f') ? "must have printable ASCII characters only, and no spaces"
        : key.Distinct().Count() < LeastDistinct ? $"must have at least {LeastDistinct} different characters: draw it at random"
        : !isDevelopment && Array.Exists(Placeholders, word => key.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? "is a placeholder, such as the sample's: draw a key at random"
        : null;
}
