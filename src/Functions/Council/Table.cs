namespace Functions.Council;

/// <summary>A table that scrolls by itself where it is too wide, with what a screen reader needs.</summary>
internal static class Table
{
    /// <summary>A table, or a sentence where there is nothing to show.</summary>
    /// <param name="caption">What it shows; with the unit.</param>
    /// <param name="columns">The heads; one that begins with <c>#</c> is of numbers.</param>
    /// <param name="rows">The rows; each made by <see cref="Row"/>.</param>
    /// <param name="none">The sentence.</param>
    public static Html Of(string caption, IReadOnlyList<string> columns, IReadOnlyCollection<Html> rows, string none)
    {
        if (rows.Count == 0)
        {
            return Html.Of($"<p class=\"soft\">{none}</p>");
        }

        var heads = Html.Each(columns, column => column.StartsWith('#')
            ? Html.Of($"<th scope=\"col\" class=\"num\">{column[1..]}</th>")
            : Html.Of($"<th scope=\"col\">{column}</th>"));
        return Html.Of($"""
            <div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{Html.Each(rows, row => row)}</tbody></table></div>
            """);
    }

    /// <summary>A row: what it is about, and its cells.</summary>
    public static Html Row(Html head, params IReadOnlyList<Html> cells) =>
        Html.Of($"<tr><th scope=\"row\">{head}</th>{Html.Each(cells, cell => cell)}</tr>");

    /// <summary>A cell of text.</summary>
    public static Html Cell(Html content) => Html.Of($"<td>{content}</td>");

    /// <summary>A cell of text.</summary>
    public static Html Cell(string? content) => Html.Of($"<td>{content}</td>");

    /// <summary>A cell with a figure, to the right.</summary>
    public static Html Figure(Html content) => Html.Of($"<td class=\"num\">{content}</td>");

    /// <summary>A cell with a figure, to the right.</summary>
    public static Html Figure(string content) => Html.Of($"<td class=\"num\">{content}</td>");
}
