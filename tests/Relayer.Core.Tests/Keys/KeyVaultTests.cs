using System.Diagnostics;
using System.Diagnostics.Tracing;
using Azure.Core.Diagnostics;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;

namespace Relayer.Core.Tests.Keys;

public sealed class KeyVaultTests : IAsyncLifetime
{
    // anvil's first two accounts; worth nothing.
    private const string Key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private const string OtherKey = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    private static readonly Address Account = Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    private static readonly Address OtherAccount = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    private static readonly ChainId Chain = new(31337);
    private static readonly Hash32 Digest = Keccak256.Hash("message"u8);

    private readonly CapturedLogs _logs = new();
    private readonly List<Exception> _failures = [];
    private readonly MovableTime _time = new();
    private readonly FixedTokenCredential _credential = new();
    private readonly KeyVaultOptions _options = new() { Timeout = TimeSpan.FromSeconds(10) };
    private AzureEventSourceListener? _azureLogs;
    private KeyVaultStandIn _vault = null!;
    private SignerSource? _source;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _vault = await KeyVaultStandIn.StartAsync(Cancellation);
        _options.Uri = _vault.Uri;
        _azureLogs = new AzureEventSourceListener((_, line) => _logs.Add(line), EventLevel.Verbose);
    }

    /// <summary>Whatever a test did: no log line, ours or Azure's at its most talkative, and no exception holds a key.</summary>
    public async ValueTask DisposeAsync()
    {
        _source?.Dispose();
        _azureLogs?.Dispose();
        await _vault.DisposeAsync();
        var said = _logs.Text + string.Join('\n', _failures);
        foreach (var key in new[] { Key, OtherKey })
        {
            Assert.DoesNotContain(key, said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(key[..16], said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(key[^16..], said, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(Key)]
    [InlineData("0x" + Key)]
    [InlineData("0XAC0974BEC39A17E36BA4A6B4D238FF944BACB478CBED5EFCAE784D7BF4F2FF80")]
    [InlineData("  0x" + Key + "\r\n")]
    public async Task A_key_is_loaded_on_first_use_after_the_challenge(string secret)
    {
        _vault.Set("payer", secret);
        var source = Open(Signer("payer"));
        Assert.Empty(_vault.Reads);

        var signer = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        Assert.Equal(Account, signer.Address);
        Assert.Equal(1, _vault.Challenges);
        Assert.Equal(["https://vault.azure.net/.default"], _credential.Scopes);
        Assert.Equal(["payer"], _vault.Reads);
        Assert.Equal(Secp256k1.Default.Sign(Convert.FromHexString(Key), Digest), await signer.SignAsync(Digest, Cancellation));
        Assert.DoesNotContain(Key[..8], $"{signer}", StringComparison.OrdinalIgnoreCase);
        Assert.Contains("/secrets/payer", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_first_users_at_once_share_one_read()
    {
        _vault.Set("payer", Key);
        _vault.Misbehave = async context =>
        {
            await Task.Delay(100, context.RequestAborted);
            return false;
        };
        var source = Open(Signer("payer"));

        var signers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => source.GetSignersAsync(Chain, Cancellation).AsTask()));

        Assert.Single(_vault.Reads);
        Assert.Single(signers.Select(list => list[0]).Distinct());
    }

    [Fact]
    public async Task A_key_is_not_read_again_while_it_is_fresh_and_is_once_it_has_aged()
    {
        _vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        var before = await source.GetSignersAsync(Chain, Cancellation);
        _time.Advance(_options.RefreshAfter / 2.1);
        await source.GetSignersAsync(Chain, Cancellation);
        Assert.Single(_vault.Reads);

        _time.Advance(_options.RefreshAfter);
        var after = await source.GetSignersAsync(Chain, Cancellation);

        Assert.Equal(2, _vault.Reads.Count);
        Assert.Same(before[0], after[0]);
    }

    [Fact]
    public async Task A_rotated_secret_takes_over_within_the_configured_time_and_the_old_key_finishes_what_it_began()
    {
        _options.RetireAfter = TimeSpan.FromSeconds(4);
        _vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        var old = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));
        _vault.Set("payer", OtherKey);
        _time.Advance(_options.RefreshAfter);

        var present = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        Assert.Equal(OtherAccount, present.Address);
        Assert.Same(old, await source.FindAsync(Chain, Account, Cancellation));
        Assert.Same(present, await source.FindAsync(Chain, OtherAccount, Cancellation));
        await old.SignAsync(Digest, Cancellation);
        Assert.Contains("Warning 3002", _logs.Text, StringComparison.Ordinal);

        await UntilAsync(async () => await source.FindAsync(Chain, Account, Cancellation) is null);
        await FailsAsync(() => old.SignAsync(Digest, Cancellation).AsTask());
    }

    [Fact]
    public async Task Between_half_and_the_whole_time_the_look_runs_beside_the_use()
    {
        _vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        await source.GetSignersAsync(Chain, Cancellation);
        _vault.Set("payer", OtherKey);
        _time.Advance(_options.RefreshAfter * 0.6);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        await UntilAsync(async () => (await source.GetSignersAsync(Chain, Cancellation))[0].Address == OtherAccount);
    }

    [Theory]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "SecretNotFound")]
    public async Task A_look_that_fails_keeps_the_present_key(int status, string code)
    {
        _vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        await source.GetSignersAsync(Chain, Cancellation);
        _vault.Misbehave = KeyVaultStandIn.Refuse(status, code);
        _time.Advance(_options.RefreshAfter * 3);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.Contains("Warning 3005", _logs.Text, StringComparison.Ordinal);

        _vault.Misbehave = null;
        _vault.Set("payer", OtherKey);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(OtherAccount, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
    }

    [Fact]
    public async Task A_silent_vault_holds_nobody_up_for_long_once_a_key_is_loaded()
    {
        _vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        await source.GetSignersAsync(Chain, Cancellation);
        _vault.Misbehave = _vault.HangAsync;
        _options.Timeout = TimeSpan.FromSeconds(60);
        _time.Advance(_options.RefreshAfter * 2);
        var start = Stopwatch.GetTimestamp();

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 40);
        start = Stopwatch.GetTimestamp();
        await source.GetSignersAsync(Chain, Cancellation);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task A_key_of_another_account_than_the_configured_is_refused_loudly()
    {
        _vault.Set("payer", OtherKey);
        var source = Open(Signer("payer", Account));

        var failure = await FailsAsync(() => source.GetSignersAsync(Chain, Cancellation).AsTask());

        Assert.Contains("payer", failure.Message, StringComparison.Ordinal);
        Assert.Contains(OtherAccount.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("Critical 3003", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_to_another_account_than_the_configured_is_refused_and_the_present_key_kept()
    {
        _vault.Set("payer", Key);
        var source = Open(Signer("payer", Account));
        await source.GetSignersAsync(Chain, Cancellation);
        _vault.Set("payer", OtherKey);
        _time.Advance(_options.RefreshAfter);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.Contains("Critical 3003", _logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("0x")]
    [InlineData("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff")]
    [InlineData("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff8000")]
    [InlineData("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ffzz")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    public async Task A_secret_that_is_no_key_is_refused_without_repeating_it(string secret)
    {
        _vault.Set("payer", secret);
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal("secret payer is not a private key of 32 bytes in hexadecimal", failure.Message);
    }

    [Theory]
    [InlineData(403, "Forbidden", "the vault answered 403 (Forbidden)")]
    [InlineData(404, "SecretNotFound", "the vault answered 404 (SecretNotFound)")]
    public async Task A_refusal_names_the_secret_and_what_the_vault_said(int status, string code, string expected)
    {
        _vault.Misbehave = KeyVaultStandIn.Refuse(status, code);
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal($"secret payer: {expected}", failure.Message);
    }

    [Fact]
    public async Task A_secret_that_is_missing_or_disabled_is_named()
    {
        var missing = await FailsAsync(() => Open(Signer("nobody")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Contains("404", missing.Message, StringComparison.Ordinal);

        _vault.Set("payer", Key);
        _vault.Disable("payer");
        var disabled = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Contains("403", disabled.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_the_vault_does_not_take_is_a_401()
    {
        _vault.Set("payer", Key);
        var failure = await FailsAsync(
            () => Open(new FixedTokenCredential("another"), Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal("secret payer: the vault answered 401 (Unauthorized)", failure.Message);
        Assert.Empty(_vault.Reads);
    }

    [Fact]
    public async Task Throttling_is_waited_for_as_long_as_the_vault_says()
    {
        _vault.Set("payer", Key);
        _vault.Misbehave = KeyVaultStandIn.Refuse(429, "Throttled", times: 1, retryAfter: "2");
        var start = Stopwatch.GetTimestamp();

        Assert.Single(await Open(Signer("payer")).GetSignersAsync(Chain, Cancellation));

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 1.8, 9);
        Assert.Equal(2, _vault.Reads.Count);
    }

    [Fact]
    public async Task A_silent_vault_is_given_up_in_time_and_the_next_callers_hear_so_at_once()
    {
        _options.Timeout = TimeSpan.FromSeconds(4);
        _vault.Set("payer", Key);
        _vault.Misbehave = _vault.HangAsync;
        var source = Open(Signer("payer"));
        var start = Stopwatch.GetTimestamp();

        var failure = await FailsAsync(() => source.GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 3.9, 20);
        Assert.Equal("secret payer: the vault did not answer in time", failure.Message);

        start = Stopwatch.GetTimestamp();
        await FailsAsync(() => source.GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 2);

        _vault.Misbehave = null;
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(await source.GetSignersAsync(Chain, Cancellation));
    }

    [Fact]
    public async Task A_vault_that_is_not_there_is_said_to_be_out_of_reach()
    {
        await _vault.DisposeAsync();
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal("secret payer: the vault cannot be reached", failure.Message);
    }

    [Fact]
    public async Task Garbage_from_the_vault_is_not_repeated()
    {
        _vault.Misbehave = async context =>
        {
            await context.Response.Body.WriteAsync("{\"value\": 0x"u8.ToArray(), context.RequestAborted);
            await context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Key), context.RequestAborted);
            return true;
        };
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Contains("cannot be used", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signer_that_cannot_be_loaded_is_left_out_and_looking_for_it_does_not_say_that_it_is_gone()
    {
        _vault.Set("good", Key);
        var source = Open(Signer("missing"), Signer("good"));

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.NotNull(await source.FindAsync(Chain, Account, Cancellation));
        await FailsAsync(() => source.FindAsync(Chain, OtherAccount, Cancellation).AsTask());

        _vault.Set("missing", OtherKey);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal([OtherAccount, Account], (await source.GetSignersAsync(Chain, Cancellation)).Select(signer => signer.Address));
        Assert.Null(await source.FindAsync(Chain, Address.Zero, Cancellation));
    }

    [Fact]
    public async Task Disposal_wipes_every_key()
    {
        _vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        var signer = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        source.Dispose();

        await FailsAsync(() => signer.SignAsync(Digest, Cancellation).AsTask());
    }

    private async Task<SignerUnavailableException> FailsAsync(Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<SignerUnavailableException>(act);
        _failures.Add(failure);
        return failure;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static SignerOptions Signer(string secret, Address? address = null) => new() { Secret = secret, Address = $"{address}" };

    private SignerSource Open(params SignerOptions[] signers) => Open(_credential, signers);

    private SignerSource Open(FixedTokenCredential credential, params SignerOptions[] signers)
    {
        var options = new RelayerOptions
        {
            KeyVault = _options,
            Chains = { ["test"] = new() { ChainId = Chain.Value, Signers = [.. signers] } },
        };
        var clientOptions = new SecretClientOptions
        {
            // The stand-in is no subdomain of the resource that its challenge names, as a real vault is.
            DisableChallengeResourceVerification = true,
            Transport = new HttpClientTransport(_vault.CreateHandler()),
        };
        var secrets = new KeyVaultSecrets(_options, _time, () => credential, clientOptions);
        return _source = new SignerSource(options, secrets, _time, new Logger<SignerSource>(_logs));
    }
}
