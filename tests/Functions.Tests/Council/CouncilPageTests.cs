using System.Text;
using System.Text.RegularExpressions;
using Functions.Council;
using Functions.Gas;

namespace Functions.Tests.Council;

public sealed partial class CouncilPageTests
{
    [Fact]
    public void Days_left_and_what_needs_a_person_come_first()
    {
        var page = Render(SampleGas.Troubled).Text;
        Assert.True(page.IndexOf("41.3 days", StringComparison.Ordinal) < page.IndexOf("<h2 id=\"chain-10\"", StringComparison.Ordinal));
        Assert.Contains("Critical", page, StringComparison.Ordinal);
        Assert.Contains("href=\"#incident-7\"", page, StringComparison.Ordinal);
        Assert.Contains("id=\"incident-7\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_of_the_data_becomes_markup()
    {
        var page = Render(SampleGas.Troubled).Text;
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void It_needs_nothing_that_its_policy_forbids(int sample)
    {
        var page = Render(Samples[sample]).Text;
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(Elsewhere(), page);
        Assert.DoesNotContain("'unsafe", CouncilPage.ContentSecurityPolicy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Its_ids_are_unique_and_its_headings_leave_out_no_level(int sample)
    {
        var page = Render(Samples[sample]).Text;
        var ids = Ids().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(Targets().Matches(page).Select(match => match.Groups[1].Value), target => Assert.Contains(target, ids));
        var levels = Headings().Matches(page).Select(match => int.Parse(match.Groups[1].Value, null)).ToArray();
        Assert.Equal(1, levels.Count(level => level == 1));
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void It_says_why_keepers_lost_and_failed_and_explains_no_success()
    {
        var page = Render(SampleGas.Healthy).Text;
        var why = page[page.IndexOf("<caption>Why, in the last 24 hours", StringComparison.Ordinal)..];
        why = why[..why.IndexOf("</table>", StringComparison.Ordinal)];
        Assert.Contains("InsufficientMargin(-5, 10) &lt;b&gt;not markup", why, StringComparison.Ordinal);
        Assert.Contains("community", why, StringComparison.Ordinal);
        Assert.DoesNotContain("settled", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_month_of_two_chains_is_below_100_kB() => Assert.InRange(Encoding.UTF8.GetByteCount(Render(SampleGas.Healthy).Text), 10_000, 100_000);

    private static Html Render(GasAnswer gas) => CouncilPage.Render(gas, SampleGas.Keepers);

    private static GasAnswer[] Samples { get; } = [SampleGas.Healthy, SampleGas.Troubled, SampleGas.Empty];

    [GeneratedRegex("(?:src|href|action)=\"(?:https?:)?//")]
    private static partial Regex Elsewhere();

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex(" href=\"#([^\"]+)\"")]
    private static partial Regex Targets();

    [GeneratedRegex("<h([1-6])[ >]")]
    private static partial Regex Headings();
}
