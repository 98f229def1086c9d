using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration;

/// <summary>Gathers what is wrong with the configuration, and the few checks that recur.</summary>
internal sealed class OptionFaults
{
    private readonly List<string> _messages = [];

    /// <summary>What was found so far, each as <c>Key: what is wrong</c>.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Notes a fault.</summary>
    public void Add(string key, string fault) => _messages.Add($"{key}: {fault}");

    /// <summary>Notes a fault where there is one.</summary>
    public void AddIf(bool wrong, string key, string fault)
    {
        if (wrong)
        {
            Add(key, fault);
        }
    }

    /// <summary>A text that must be there.</summary>
    public void Require(string text, string key) => AddIf(string.IsNullOrWhiteSpace(text), key, "is missing");

    /// <summary>An address that must be there and mean an account or a contract; the zero address is neither.</summary>
    /// <returns>The address, or <see langword="null"/> when a fault was noted.</returns>
    public Address? RequireAddress(string text, string key)
    {
        if (text.Length == 0)
        {
            Add(key, "is missing");
            return null;
        }

        if (!Address.TryParse(text, out var address))
        {
            Add(key, "is not an address (0x and 40 digits; mixed case must be the right EIP-55 checksum)");
            return null;
        }

        AddIf(address.IsZero, key, "is the zero address");
        return address.IsZero ? null : address;
    }

    /// <summary>An amount of wei as decimal digits.</summary>
    /// <returns>The amount, or <see langword="null"/> when a fault was noted.</returns>
    public Wei? RequireWei(string text, string key)
    {
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && Wei.TryParse(text, out var wei))
        {
            return wei;
        }

        Add(key, "is not a whole number of wei in decimal digits");
        return null;
    }

    /// <summary>A number of a least size.</summary>
    public void RequireAtLeast(long least, long value, string key) => AddIf(value < least, key, $"is {value}; it must be at least {least}");
}
