namespace Functions.Tests.Relay;

/// <summary>Where no keeper is configured, Nethereum costs neither memory nor time at the start.</summary>
[Collection(RelayCollection.Name)]
public sealed class RelayAloneTests(RelayFixture relay)
{
    [Fact]
    public async Task A_relay_without_keepers_never_loads_Nethereum()
    {
        var posted = await Reply.PostAsync(relay.Http, "api/relay", relay.World.Post(relay.World.OpenZeppelin, new Wallet()));
        Assert.Equal("confirmed", (await RelayWorld.WaitAsync(relay.Http, posted["id"]!))["state"]);

        var mapped = await File.ReadAllTextAsync($"/proc/{relay.Stack.App.ProcessId}/maps", TestContext.Current.CancellationToken);
        Assert.Contains("Relayer.Core.dll", mapped, StringComparison.Ordinal);
        Assert.DoesNotContain("Nethereum", mapped, StringComparison.Ordinal);
    }
}
