using System.Globalization;
using Functions.Treasury;

namespace Functions.Council;

/// <summary>How figures are written for people. The exact value always stands in the markup beside what is read.</summary>
internal static class Format
{
    /// <summary>An amount, rounded for reading; exact wei as its <c>value</c>, exact ether as its title.</summary>
    public static Html Ether(Amount? amount) => amount is null
        ? Html.Of($"<span class=\"soft\">unknown</span>")
        : Html.Of($"""<data class="num" value="{amount.Wei}" title="{amount.Ether} ether">{Rounded(amount)}</data>""");

    /// <summary>An amount as it is read.</summary>
    public static string Rounded(Amount? amount) => amount is null ? "" : Rounded(ToDouble(amount));

    /// <summary>An amount for drawing.</summary>
    public static double ToDouble(Amount amount) => double.Parse(amount.Ether, CultureInfo.InvariantCulture);

    /// <summary>A count.</summary>
    public static Html Count(long count) => Html.Of($"""<data class="num" value="{count}">{count.ToString("#,0", CultureInfo.InvariantCulture)}</data>""");

    /// <summary>A moment, to the minute.</summary>
    public static Html Time(DateTimeOffset? time) => time is not { } at ? Html.Empty : Html.Of($"""
        <time class="num" datetime="{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFFFFFZ}">{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC</time>
        """);

    /// <summary>An address or a hash, short enough for a table; whole as its title.</summary>
    public static Html Hex(string? hex) => hex is null ? Html.Empty : Html.Of($"""<code title="{hex}">{Short(hex)}</code>""");

    /// <summary>Days left.</summary>
    public static string Days(DaysLeftAnswer left) => left switch
    {
        { State: "no_spend" } => "no spend",
        { Days: { } days } => days == 1 ? "1 day" : string.Create(CultureInfo.InvariantCulture, $"{days:#,0.#} days"),
        _ => "unknown",
    };

    /// <summary>How long ago.</summary>
    public static string Age(long seconds) => seconds switch
    {
        < 120 => $"{seconds} s",
        < 7_200 => $"{seconds / 60} min",
        < 172_800 => $"{seconds / 3_600} h",
        _ => $"{seconds / 86_400} days",
    };

    /// <summary>The start and the end of an address or a hash.</summary>
    public static string Short(string hex) => hex.Length <= 14 ? hex : $"{hex[..6]}…{hex[^4..]}";

    /// <summary>A name of a program as words: <c>top_up</c> becomes <c>top up</c>.</summary>
    public static string Plain(string name) => name.Replace('_', ' ');

    private static string Rounded(double ether) => ether switch
    {
        0 => "0",
        < 0.000_001 => "< 0.000001",
        < 1 => ether.ToString("0.######", CultureInfo.InvariantCulture),
        < 1_000 => ether.ToString("0.####", CultureInfo.InvariantCulture),
        _ => ether.ToString("#,0.##", CultureInfo.InvariantCulture),
    };
}
