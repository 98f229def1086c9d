using Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Functions.Tests.Hosting;

/// <summary>Whose key it is, for the audit.</summary>
public sealed class CallerKeysTests
{
    private static readonly CallerKeys Keys = new(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Functions:Keys:night-watch"] = "s3cret",
        ["Functions:Keys:master"] = "m4ster",
        ["Functions:Keys:empty"] = "",
    }).Build());

    [Theory]
    [InlineData("s3cret", null, "night-watch")]
    [InlineData(null, "m4ster", "master")]
    [InlineData("s3cret", "m4ster", "night-watch")]     // the header wins
    [InlineData("of-azure", null, "host:63ecaf7d")]     // the host has checked it: printf %s of-azure | sha256sum | cut -c1-8
    [InlineData("", null, "host")]
    [InlineData(null, null, "host")]
    public void A_caller_is_named_after_the_key(string? header, string? query, string name)
    {
        var context = new DefaultHttpContext();
        if (header is not null)
        {
            context.Request.Headers[CallerKeys.Header] = header;
        }

        context.Request.QueryString = query is null ? default : QueryString.Create("code", query);

        Assert.Equal(name, Keys.NameOf(context.Request));
    }
}
