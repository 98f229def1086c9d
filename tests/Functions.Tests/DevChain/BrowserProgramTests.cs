using DevChain;
using DevChain.Browser;

namespace Functions.Tests.DevChain;

public sealed class BrowserProgramTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_installed_one_is_taken_and_npms_where_there_is_none(string? wish)
    {
        Assert.Equal("/opt/google-chrome", BrowserProgram.Installed(wish, name => name == "google-chrome" ? "/opt/google-chrome" : null));
        Assert.Null(BrowserProgram.Installed(wish, _ => null));
    }

    [Fact]
    public void Npms_can_be_wished_for_although_one_is_installed() =>
        Assert.Null(BrowserProgram.Installed("npm", name => "/usr/bin/" + name));

    [Fact]
    public void A_path_goes_before_what_is_installed()
    {
        var here = typeof(BrowserProgramTests).Assembly.Location;

        Assert.Equal(here, BrowserProgram.Installed(here, name => "/usr/bin/" + name));
    }

    [Fact]
    public void A_path_where_nothing_is_is_said_with_the_variable()
    {
        var error = Assert.Throws<DevChainException>(() => BrowserProgram.Installed("/nowhere/chrome", name => "/usr/bin/" + name));

        Assert.Equal("CHROME_PATH says /nowhere/chrome, and no such file is there", error.Message);
    }
}
