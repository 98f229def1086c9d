using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Functions.Operators;
using Microsoft.AspNetCore.WebUtilities;
using Relayer.Core.Ethereum;
using Relayer.Core.Treasury.Reports;

namespace Functions.Treasury;

/// <summary>Where a page ended, as text that means nothing to callers.</summary>
internal static class Cursors
{
    private const int MostLength = 1_024;

    public static string Encode(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <returns><see langword="null"/> for what is no cursor.</returns>
    public static string? Decode(string cursor)
    {
        if (cursor.Length > MostLength || !Base64Url.IsValid(cursor))
        {
            return null;
        }

        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
    }

    public static string Of(HistoryKey key) => string.Create(
        CultureInfo.InvariantCulture, $"{key.TakenAt.UtcTicks},{key.ChainId.Value},{key.Account}");

    public static HistoryKey? ToHistoryKey(string text)
    {
        var parts = text.Split(',');
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var chain)
            && Address.TryParse(parts[2], out var account)
            ? new HistoryKey(new DateTimeOffset(ticks, TimeSpan.Zero), new ChainId(chain), account)
            : null;
    }

    /// <summary>The same request with another cursor, relative to its own URL (RFC 3986, 5.2.2), whatever stands before the app.</summary>
    /// <remarks>Without the caller's key: whoever has one adds it again, and an answer that is saved does not carry it.</remarks>
    public static string? Next(HttpRequest request, string? cursor) => cursor is null
        ? null
        : QueryHelpers.AddQueryString(
            "", request.Query.Where(item => item.Key is not ("cursor" or ShownKey.Query))
                .Select(item => new KeyValuePair<string, string?>(item.Key, item.Value.ToString()))
                .Append(new("cursor", cursor)));
}
