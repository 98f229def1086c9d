using Functions.Configuration;
using Microsoft.Extensions.Configuration;

namespace Functions.Tests.Hosting;

public sealed class DevelopmentReachTests
{
    [Theory]
    [InlineData("urls", "http://127.0.0.1:7071")]
    [InlineData("urls", "http://localhost:0;http://[::1]:7071")]
    [InlineData("urls", "http://unix:/run/relayer.sock")]
    [InlineData("urls", "")]
    [InlineData("WEBSITE_HOSTNAME", "localhost:7071")] // As func start sets it.
    public void This_machine_is_reached(string key, string value) => Assert.Empty(Faults(key, value, isAlone: true));

    [Theory]
    [InlineData("urls", "http://*:7071")]
    [InlineData("urls", "http://+:7071")]
    [InlineData("urls", "http://0.0.0.0:7071")]
    [InlineData("urls", "http://[::]:7071")]
    [InlineData("urls", "http://127.0.0.1:7071;http://relayer.example:7071")]
    [InlineData("URLS", "nonsense")]
    [InlineData("WEBSITE_HOSTNAME", "relayer.azurewebsites.net")]
    [InlineData("WEBSITE_INSTANCE_ID", "4f1c")]
    public void Others_would_reach_it_and_it_does_not_start(string key, string value) => Assert.Single(Faults(key, value, isAlone: true));

    [Fact]
    public void Behind_the_Functions_host_the_workers_own_address_says_nothing() =>
        Assert.Empty(Faults("urls", "http://0.0.0.0:7071", isAlone: false));

    private static IEnumerable<string> Faults(string key, string value, bool isAlone) => DevelopmentReach.Faults(
        new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build(), isAlone);
}
