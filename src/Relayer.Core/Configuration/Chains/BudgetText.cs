using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Chains;

/// <summary>Reads a budget: an amount of wei, or <c>none</c>. Pure.</summary>
internal static class BudgetText
{
    public const string None = "none";

    /// <summary>True for an amount in decimal digits, and for <c>none</c>.</summary>
    public static bool IsSound(string text) => text == None || (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && Wei.TryParse(text, out _));

    /// <summary>The limit; <see langword="null"/> for none.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static Wei? Read(string text, string? otherwise) => (text.Length == 0 ? otherwise : text) switch
    {
        null or None => null,
        var amount => Wei.Parse(amount),
    };
}
