using System.Text;
using System.Text.RegularExpressions;
using Functions.Council;
using Functions.Treasury;

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
    public void It_says_where_one_providers_word_was_taken()
    {
        var page = Render(SampleGas.Healthy).Text;
        var (three, two) = (page[page.IndexOf("id=\"chain-10\"", StringComparison.Ordinal)..page.IndexOf("id=\"chain-8453\"", StringComparison.Ordinal)],
            page[page.IndexOf("id=\"chain-8453\"", StringComparison.Ordinal)..]);

        Assert.Contains("what 2 of 3 operators of providers say", three, StringComparison.Ordinal);
        Assert.DoesNotContain("One provider's word", three, StringComparison.Ordinal);
        Assert.Contains("One provider's word was taken where the other was silent", two, StringComparison.Ordinal);
        Assert.Contains("One provider's word was taken for all of this", Render(SampleGas.Empty).Text, StringComparison.Ordinal);
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

    [Fact]
    public void Hundreds_of_open_incidents_leave_it_below_100_kB_with_the_worst_on_it_and_the_number_that_clears_each()
    {
        var sample = SampleGas.Troubled.Incidents.Open[1];
        var many = Enumerable.Range(100, 400).Select(id => sample with { Id = id, Severity = "notice", Detail = new string('x', 300) });
        var wanted = sample with { Id = 900, Severity = "notice", NeedsPerson = true };
        var page = Render(SampleGas.Healthy with { Incidents = new([SampleGas.Troubled.Incidents.Open[0], .. many, wanted], []) }).Text;

        Assert.InRange(Encoding.UTF8.GetByteCount(page), 10_000, 100_000);
        Assert.Contains("402 open incidents", page, StringComparison.Ordinal);
        Assert.Contains("And 392 more", page, StringComparison.Ordinal);
        Assert.Contains("clear it: number 7.", page, StringComparison.Ordinal);
        Assert.Contains("clear it: number 900.", page, StringComparison.Ordinal);
        var ids = Ids().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        Assert.All(Targets().Matches(page).Select(match => match.Groups[1].Value), target => Assert.Contains(target, ids));
    }

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
