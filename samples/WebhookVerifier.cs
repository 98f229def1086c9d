using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RelayerWebhook;

/// <summary>What a receiver of the relayer's alerts does before it believes one. Copy it; it needs nothing else.</summary>
/// <param name="key">What the relayer's vault holds as <c>Alerts:Secret</c>.</param>
/// <param name="clock">The receiver's clock; it should keep time to the minute.</param>
public sealed class WebhookVerifier(string key, TimeProvider clock)
{
    /// <summary>A delivery older than this may be somebody else's copy of one.</summary>
    public static readonly TimeSpan ReplayWindow = TimeSpan.FromMinutes(5);

    private readonly Dictionary<long, DateTimeOffset> _seen = [];

    /// <summary>True for a delivery of the relayer's that was not seen before. Call it once for each request; not thread-safe.</summary>
    /// <param name="timestamp">The header <c>x-relayer-timestamp</c>: seconds since 1970.</param>
    /// <param name="signature">The header <c>x-relayer-signature</c>: <c>v1=</c> and 64 hexadecimal digits.</param>
    /// <param name="body">The body, byte for byte as it came.</param>
    public bool Accept(string timestamp, string signature, ReadOnlySpan<byte> body)
    {
        var now = clock.GetUtcNow();
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > ReplayWindow.TotalSeconds)
        {
            return false;
        }

        var signed = new byte[Encoding.UTF8.GetByteCount(timestamp) + 1 + body.Length];
        var length = Encoding.UTF8.GetBytes(timestamp, signed);
        signed[length] = (byte)'.';
        body.CopyTo(signed.AsSpan(length + 1));
        var expected = $"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), signed))}";
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature)))
        {
            return false;
        }

        // Within the window the same delivery may come twice: from the relayer, after an answer that was lost, or from somebody who listened.
        // Its number is the one in the body: the header x-relayer-delivery has it as well, but is not signed.
        var json = new Utf8JsonReader(body);
        using var alert = JsonDocument.ParseValue(ref json);
        foreach (var old in _seen.Where(entry => now - entry.Value > ReplayWindow * 2).ToArray())
        {
            _seen.Remove(old.Key);
        }

        return _seen.TryAdd(alert.RootElement.GetProperty("delivery").GetInt64(), now);
    }
}
