using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Functions.Council;

/// <summary>Markup that is safe to send as it is. Whatever is put into one is encoded, unless it is one itself.</summary>
/// <param name="Text">The markup.</param>
internal readonly record struct Html(string Text)
{
    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Markup out of an interpolated string: its literal parts as they are, its values encoded.</summary>
    public static Html Of(HtmlHandler markup) => new(markup.ToString());

    /// <summary>One piece for each item, one after the other.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> piece)
    {
        var all = new StringBuilder();
        foreach (var item in items)
        {
            all.Append(piece(item).Text);
        }

        return new Html(all.ToString());
    }

    /// <inheritdoc/>
    public override string ToString() => Text ?? "";
}

/// <summary>Builds <see cref="Html"/> from an interpolated string.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlHandler
{
    private readonly StringBuilder _markup;

    /// <summary>Called by the compiler.</summary>
    public HtmlHandler(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (formattedCount * 16));

    /// <summary>Markup written in the source.</summary>
    public void AppendLiteral(string literal) => _markup.Append(literal);

    /// <summary>Markup made before.</summary>
    public void AppendFormatted(Html markup) => _markup.Append(markup.Text);

    /// <summary>Text; encoded.</summary>
    public void AppendFormatted(string? text) => _markup.Append(text is null ? "" : HtmlEncoder.Default.Encode(text));

    /// <summary>A value, as every culture reads it; encoded.</summary>
    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override string ToString() => _markup.ToString();
}
