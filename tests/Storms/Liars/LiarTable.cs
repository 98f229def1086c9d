using System.Globalization;
using System.Text;

namespace Storms.Liars;

/// <summary>The outcomes as Markdown: a table for each setup, a row for each method, a column for each lie.</summary>
internal sealed class LiarTable(IReadOnlyList<LiarResult> results, LiarLimits limits)
{
    private static readonly Lie[] AllLies = Enum.GetValues<Lie>();

    /// <summary>How many of each outcome.</summary>
    public string Summary
    {
        get
        {
            int Count(LiarVerdict verdict) => results.Count(result => result.Verdict == verdict);
            return $"{results.Count} combinations: {Count(LiarVerdict.Holds)} hold, {Count(LiarVerdict.Believed)} believed what nobody contradicted, "
                + $"{Count(LiarVerdict.Violated)} violated, {Count(LiarVerdict.Untold)} without a lie, {Count(LiarVerdict.Meaningless)} without a meaning.";
        }
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(Summary);
        foreach (var setup in results.GroupBy(result => result.Combination.Setup))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"### {NameOf(setup.Key)}").AppendLine();
            text.AppendLine($"| method | {string.Join(" | ", AllLies.Select(lie => lie.ToString().ToLowerInvariant()))} |");
            text.AppendLine($"|---|{string.Concat(AllLies.Select(_ => "---|"))}");
            foreach (var method in setup.GroupBy(result => result.Combination.Method))
            {
                var cells = AllLies.Select(lie => method.SingleOrDefault(result => result.Combination.Lie == lie)).Select(Cell);
                text.AppendLine($"| `{method.Key}` | {string.Join(" | ", cells)} |");
            }
        }

        return text.ToString();
    }

    private static string NameOf(LiarSetup setup) => setup switch
    {
        LiarSetup.One => "One provider, and it lies",
        LiarSetup.OneOfTwo => "The preferred one of two lies",
        LiarSetup.OneOfThree => "The preferred one of three lies",
        _ => "All of three lie",
    };

    private string Cell(LiarResult? result) => result switch
    {
        null => "",
        { Verdict: LiarVerdict.Meaningless } => "–",
        { Verdict: LiarVerdict.Untold } => "○",
        { Verdict: LiarVerdict.Violated } => $"**✗** {Time(result)}",
        { Verdict: LiarVerdict.Believed } => $"word {Time(result)}",
        _ => Time(result),
    };

    /// <summary>Where users must be served meanwhile, how long the slowest took; else how long all took after the end.</summary>
    private string Time(LiarResult result) => (result.Combination.MustGoOn ? result.Served : result.Right) is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}{(result.Combination.MustGoOn && result.Right > limits.Lasting ? $" + {result.Right.Value.TotalSeconds:0}" : "")}")
        : "never";
}
