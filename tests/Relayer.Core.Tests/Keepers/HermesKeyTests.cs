using System.Diagnostics.Tracing;
using Azure.Core.Diagnostics;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keys;
using Relayer.Core.Tests.Keys;

namespace Relayer.Core.Tests.Keepers;

/// <summary>The key for Hermes out of the vault, through Azure's own client, and in Hermes' header.</summary>
public sealed class HermesKeyTests : IAsyncLifetime
{
    private const string Key = "hermes-key-6f1f0e5c8a3b";
    private const string OtherKey = "another-key-90d2c4417e55";

    private readonly CapturedLogs _logs = new();
    private readonly List<PriceAnswer> _answers = [];
    private readonly MovableTime _time = new();
    private readonly RelayerOptions _options = new() { Hermes = { Secret = "hermes", Timeout = TimeSpan.FromSeconds(10) } };
    private AzureEventSourceListener _azureLogs = null!;
    private KeyVaultStandIn _vault = null!;
    private HermesStandIn _hermes = null!;
    private HermesClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azureLogs = new AzureEventSourceListener((_, line) => _logs.Add(line), EventLevel.Verbose);
        _vault = await KeyVaultStandIn.StartAsync(Cancellation);
        _hermes = await HermesStandIn.StartAsync(Cancellation);
        _hermes.Prices[DevPerps.Feed] = _ => 2000_00000000;
        _hermes.ApiKey = Key;
        (_options.KeyVault.Uri, _options.Hermes.Url) = (_vault.Uri, $"{_hermes.Url}");
        var clientOptions = new SecretClientOptions
        {
            // The stand-in is no subdomain of the resource that its challenge names, as a real vault is.
            DisableChallengeResourceVerification = true,
            Transport = new HttpClientTransport(_vault.CreateHandler()),
        };
        var secrets = new KeyVaultSecrets(_options.KeyVault, _time, () => new FixedTokenCredential(), clientOptions);
        _client = new HermesClient(_options, new KeyVaultTexts(_options, secrets, _time, new Logger<KeyVaultTexts>(_logs)), _time);
    }

    /// <summary>Whatever a test did: no log line, answer or URL has a key.</summary>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _azureLogs.Dispose();
        await _hermes.DisposeAsync();
        await _vault.DisposeAsync();
        var said = _logs.Text + string.Join('\n', _answers) + string.Join('\n', _hermes.Requests);
        Assert.Contains("/secrets/hermes", said, StringComparison.Ordinal);
        foreach (var key in new[] { Key, OtherKey })
        {
            Assert.DoesNotContain(key[..12], said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(key[^8..], said, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task The_key_is_read_once_and_sent_along_and_a_rotated_one_takes_over_in_time()
    {
        _vault.Set("hermes", $" {Key}\n");
        Assert.IsType<PriceAnswer.Found>(await AskAsync());
        Assert.IsType<PriceAnswer.Found>(await AskAsync());
        Assert.Single(_vault.Reads);

        _vault.Set("hermes", OtherKey);
        _hermes.ApiKey = OtherKey;
        _time.Advance(_options.KeyVault.RefreshAfter);
        Assert.IsType<PriceAnswer.Found>(await AskAsync());
        Assert.Equal(2, _vault.Reads.Count);
        Assert.Equal(3, _hermes.Requests.Count);
    }

    [Fact]
    public async Task A_vault_that_is_away_leaves_the_present_key_in_use()
    {
        _vault.Set("hermes", Key);
        Assert.IsType<PriceAnswer.Found>(await AskAsync());
        _vault.Misbehave = KeyVaultStandIn.Refuse(403, "Forbidden");
        _time.Advance(_options.KeyVault.RefreshAfter * 2);

        Assert.IsType<PriceAnswer.Found>(await AskAsync());
        Assert.Contains("Warning 3008", _logs.Text, StringComparison.Ordinal);
        _vault.Misbehave = null;
        _vault.Set("hermes", OtherKey);
        _hermes.ApiKey = OtherKey;
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.IsType<PriceAnswer.Found>(await AskAsync());
    }

    [Fact]
    public async Task Without_the_key_Hermes_is_not_asked_and_the_reason_names_the_secret()
    {
        var missing = Assert.IsType<PriceAnswer.Unavailable>(await AskAsync());
        Assert.Equal("the key for Hermes cannot be had: secret hermes: the vault answered 404 (SecretNotFound)", missing.Detail);
        await AskAsync();
        Assert.Single(_vault.Reads);
        Assert.Empty(_hermes.Requests);

        // What would break the header is no key, and is not repeated.
        foreach (var junk in new[] { "", $"{Key}\r\nX-More: {Key}", $"{Key} {Key}" })
        {
            _vault.Set("hermes", junk);
            _time.Advance(TimeSpan.FromSeconds(3));
            var wrong = Assert.IsType<PriceAnswer.Unavailable>(await AskAsync());
            Assert.Equal("the key for Hermes cannot be had: secret hermes is not one line of printable characters", wrong.Detail);
        }

        _vault.Set("hermes", Key);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.IsType<PriceAnswer.Found>(await AskAsync());
    }

    [Fact]
    public async Task A_key_that_Hermes_does_not_take_is_said_as_its_status_alone()
    {
        _vault.Set("hermes", OtherKey);
        Assert.Equal("Hermes answered 403", Assert.IsType<PriceAnswer.Unavailable>(await AskAsync()).Detail);
    }

    private async Task<PriceAnswer> AskAsync()
    {
        var answer = await _client.ReadAsync(new OracleQuery(default(Address), OracleQuery.Latest, 60, [DevPerps.Feed]), Cancellation);
        _answers.Add(answer);
        return answer;
    }
}
