using System.Diagnostics.Tracing;
using Azure.Core.Diagnostics;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;

namespace Relayer.Core.Tests.Keys;

/// <summary>A vault on a loopback socket, and signers whose keys are in it; whatever is said meanwhile never holds a key.</summary>
public abstract class VaultTests : IAsyncLifetime
{
    // anvil's first two accounts; worth nothing.
    private protected const string Key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private protected const string OtherKey = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    private protected static readonly Address Account = Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    private protected static readonly Address OtherAccount = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    private protected static readonly ChainId Chain = new(31337);
    private protected static readonly Hash32 Digest = Keccak256.Hash("message"u8);
    private readonly List<Exception> _failures = [];
    private AzureEventSourceListener? _azureLogs;
    private SignerSource? _source;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected CapturedLogs Logs { get; } = new();

    private protected MovableTime Time { get; } = new();

    private protected FixedTokenCredential Credential { get; } = new();

    private protected KeyVaultOptions Options { get; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    private protected KeyVaultStandIn Vault { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Vault = await KeyVaultStandIn.StartAsync(Cancellation);
        Options.Uri = Vault.Uri;
        _azureLogs = new AzureEventSourceListener((_, line) => Logs.Add(line), EventLevel.Verbose);
    }

    /// <summary>Whatever a test did: no log line, ours or Azure's at its most talkative, and no exception holds a key.</summary>
    public async ValueTask DisposeAsync()
    {
        _source?.Dispose();
        _azureLogs?.Dispose();
        await Vault.DisposeAsync();
        var said = Logs.Text + string.Join('\n', _failures);
        foreach (var key in new[] { Key, OtherKey })
        {
            Assert.DoesNotContain(key, said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(key[..16], said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(key[^16..], said, StringComparison.OrdinalIgnoreCase);
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task<SignerUnavailableException> FailsAsync(Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<SignerUnavailableException>(act);
        _failures.Add(failure);
        return failure;
    }

    private protected static SignerOptions Signer(string secret, Address? address = null) => new() { Secret = secret, Address = address };

    private protected SignerSource Open(params SignerOptions[] signers) => Open(Credential, signers);

    private protected SignerSource Open(FixedTokenCredential credential, params SignerOptions[] signers)
    {
        var options = new RelayerOptions
        {
            KeyVault = Options,
            Chains = { ["test"] = new() { ChainId = Chain.Value, Signers = [.. signers] } },
        };
        var clientOptions = new SecretClientOptions
        {
            // The stand-in is no subdomain of the resource that its challenge names, as a real vault is.
            DisableChallengeResourceVerification = true,
            Transport = new HttpClientTransport(Vault.CreateHandler()),
        };
        var secrets = new KeyVaultSecrets(Options, Time, () => credential, clientOptions);
        return _source = new SignerSource(options, secrets, Time, new Logger<SignerSource>(Logs));
    }
}
