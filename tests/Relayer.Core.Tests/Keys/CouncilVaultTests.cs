using System.Collections.Concurrent;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Relayer.Core.Tests.Keys;

/// <summary>The council's key, which whoever may read the signers' keys need not be able to read.</summary>
public sealed class CouncilVaultTests : VaultTests
{
    private const string Council = "11111111-2222-3333-4444-555555555555";
    private readonly ConcurrentQueue<string> _identities = new();

    [Fact]
    public async Task It_is_read_in_its_own_vault_as_its_own_identity_and_the_signers_are_not()
    {
        await using var other = await KeyVaultStandIn.StartAsync(Cancellation);
        Vault.Set("payer", Key);
        other.Set("payer", OtherKey); // One name in two vaults is two keys.
        (Options.CouncilUri, Options.CouncilIdentity) = (other.Uri, Council);
        using var source = Open("payer", other);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.Empty(other.Reads);
        Assert.Equal([""], _identities);

        Assert.Equal(OtherAccount, (await source.GetCouncilAsync(Chain, Cancellation))!.Address);
        Assert.Equal(["payer"], other.Reads);
        Assert.Equal(["payer"], Vault.Reads);
        Assert.Equal(["", Council], _identities);
    }

    [Fact]
    public async Task An_identity_of_its_own_may_read_it_in_the_signers_vault()
    {
        Vault.Set("payer", Key);
        Vault.Set("council", OtherKey);
        Options.CouncilIdentity = Council;
        using var source = Open("council");

        Assert.Equal(OtherAccount, (await source.GetCouncilAsync(Chain, Cancellation))!.Address);
        Assert.Equal(["council"], Vault.Reads);
        Assert.Equal([Council], _identities);
    }

    [Fact]
    public async Task Where_nothing_is_said_the_apps_own_identity_reads_it()
    {
        Vault.Set("payer", Key);
        Vault.Set("council", OtherKey);
        using var source = Open("council");

        await source.GetSignersAsync(Chain, Cancellation);
        Assert.Equal(OtherAccount, (await source.GetCouncilAsync(Chain, Cancellation))!.Address);
        Assert.Equal([""], _identities);
    }

    private SignerSource Open(string council, params KeyVaultStandIn[] others)
    {
        var options = new RelayerOptions
        {
            KeyVault = Options,
            Chains = { ["test"] = new() { ChainId = Chain.Value, Signers = [Signer("payer")], Council = new() { Secret = council } } },
        };
        var clientOptions = new SecretClientOptions
        {
            DisableChallengeResourceVerification = true,
            Transport = new HttpClientTransport(Vault.CreateHandler(others)),
        };
        var secrets = new KeyVaultSecrets(
            Options, Time, identity =>
            {
                _identities.Enqueue(identity);
                return Credential;
            }, clientOptions);
        return new SignerSource(options, secrets, Time, new Logger<SignerSource>(Logs));
    }
}
