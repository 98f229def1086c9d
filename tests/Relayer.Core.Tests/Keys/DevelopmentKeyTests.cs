using Microsoft.Extensions.DependencyInjection;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Providers;

namespace Relayer.Core.Tests.Keys;

public sealed class DevelopmentKeyTests
{
    private const string Key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private static readonly ChainId Chain = new(31337);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_literal_key_signs_in_development_without_any_vault()
    {
        await using var services = Services("Development", Key);
        var source = services.GetRequiredService<ISignerSource>();

        var signer = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", signer.Address.ToString());
        Assert.Same(signer, await source.FindAsync(Chain, signer.Address, Cancellation));
        Assert.Null(await source.FindAsync(Chain, Address.Zero, Cancellation));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => source.GetSignersAsync(new(1), Cancellation).AsTask());
    }

    [Theory]
    [InlineData("Production", Key)]
    [InlineData("Staging", Key)]
    [InlineData("Development", Key + "00")]
    public void A_literal_key_elsewhere_or_one_that_is_none_is_refused_and_not_repeated(string environment, string key)
    {
        using var services = Services(environment, key);
        var failure = Assert.Throws<InvalidOperationException>(services.GetRequiredService<ISignerSource>);
        Assert.StartsWith("Chains:test:Signers:0:Key", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[2..12], failure.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_chains_clients_come_from_the_same_options()
    {
        await using var services = Services("Development", Key);
        Assert.Equal(Chain, services.GetRequiredService<IChainClientFactory>().Get(Chain).ChainId);
    }

    [Fact]
    public void Key_material_is_wiped_on_disposal()
    {
        var material = KeyMaterial.TryRead(Key)!;
        Assert.False(material.IsWiped);
        Assert.DoesNotContain("ac09", $"{material}", StringComparison.OrdinalIgnoreCase);

        material.Dispose();

        Assert.True(material.IsWiped);
        Assert.False(material.TrySign(default, out _));
    }

    private static ServiceProvider Services(string environment, string key) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(new RelayerOptions
        {
            Environment = environment,
            Chains = { ["test"] = new() { ChainId = Chain.Value, Rpc = ["http://127.0.0.1:1"], Signers = [new() { Key = key }] } },
        })
        .AddProviders()
        .AddKeys()
        .BuildServiceProvider();
}
