using Functions.Council;

namespace Functions.Tests.Council;

public sealed class HtmlTests
{
    [Fact]
    public void What_is_put_into_markup_is_encoded()
    {
        const string Text = "<script>alert('1')</script> & \"more\"";
        Assert.Equal(
            "<p title=\"&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;more&quot;\">7.5</p>", Html.Of($"<p title=\"{Text}\">{7.5}</p>").Text);
    }

    [Fact]
    public void Markup_in_markup_stays_what_it_is()
    {
        var items = Html.Each(["a", "<b>"], item => Html.Of($"<li>{item}</li>"));
        Assert.Equal("<ul><li>a</li><li>&lt;b&gt;</li></ul>", Html.Of($"<ul>{items}</ul>").Text);
        Assert.Equal("", Html.Of($"{Html.Empty}{(string?)null}").Text);
    }
}
