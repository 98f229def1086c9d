using System.Diagnostics;
using DevChain;

namespace Relayer.Core.Tests.Keys;

/// <summary>Vaults that refuse, throttle, are silent or hold no key.</summary>
public sealed class KeyVaultSecretsTests : VaultTests
{
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
        Vault.Set("payer", secret);
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal("secret payer is not a private key of 32 bytes in hexadecimal", failure.Message);
    }

    [Theory]
    [InlineData(403, "Forbidden", "the vault answered 403 (Forbidden)")]
    [InlineData(404, "SecretNotFound", "the vault answered 404 (SecretNotFound)")]
    public async Task A_refusal_names_the_secret_and_what_the_vault_said(int status, string code, string expected)
    {
        Vault.Misbehave = KeyVaultStandIn.Refuse(status, code);
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal($"secret payer: {expected}", failure.Message);
    }

    [Fact]
    public async Task A_secret_that_is_missing_or_disabled_is_named()
    {
        var missing = await FailsAsync(() => Open(Signer("nobody")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Contains("404", missing.Message, StringComparison.Ordinal);

        Vault.Set("payer", Key);
        Vault.Disable("payer");
        var disabled = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Contains("403", disabled.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_the_vault_does_not_take_is_a_401()
    {
        Vault.Set("payer", Key);
        var failure = await FailsAsync(
            () => Open(new FixedTokenCredential("another"), Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal("secret payer: the vault answered 401 (Unauthorized)", failure.Message);
        Assert.Empty(Vault.Reads);
    }

    [Fact]
    public async Task Throttling_is_waited_for_as_long_as_the_vault_says()
    {
        Vault.Set("payer", Key);
        Vault.Misbehave = KeyVaultStandIn.Refuse(429, "Throttled", times: 1, retryAfter: "2");
        var start = Stopwatch.GetTimestamp();

        Assert.Single(await Open(Signer("payer")).GetSignersAsync(Chain, Cancellation));

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 1.8, 9);
        Assert.Equal(2, Vault.Reads.Count);
    }

    [Fact]
    public async Task A_silent_vault_is_given_up_in_time_and_the_next_callers_hear_so_at_once()
    {
        Options.Timeout = TimeSpan.FromSeconds(4);
        Vault.Set("payer", Key);
        Vault.Misbehave = Vault.HangAsync;
        var source = Open(Signer("payer"));
        var start = Stopwatch.GetTimestamp();

        var failure = await FailsAsync(() => source.GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 3.9, 20);
        Assert.Equal("secret payer: the vault did not answer in time", failure.Message);

        var reads = Vault.Reads.Count;
        await FailsAsync(() => source.GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal(reads, Vault.Reads.Count);

        Vault.Misbehave = null;
        Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(await source.GetSignersAsync(Chain, Cancellation));
    }

    [Fact]
    public async Task A_vault_that_is_not_there_is_said_to_be_out_of_reach()
    {
        await Vault.DisposeAsync();
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Equal("secret payer: the vault cannot be reached", failure.Message);
    }

    [Fact]
    public async Task Garbage_from_the_vault_is_not_repeated()
    {
        Vault.Misbehave = async context =>
        {
            await context.Response.Body.WriteAsync("{\"value\": 0x"u8.ToArray(), context.RequestAborted);
            await context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Key), context.RequestAborted);
            return true;
        };
        var failure = await FailsAsync(() => Open(Signer("payer")).GetSignersAsync(Chain, Cancellation).AsTask());
        Assert.Contains("cannot be used", failure.Message, StringComparison.Ordinal);
    }
}
