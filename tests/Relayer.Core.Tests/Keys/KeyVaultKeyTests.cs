using System.Diagnostics;
using DevChain;

namespace Relayer.Core.Tests.Keys;

/// <summary>A loaded key as it ages, and as its secret is rotated.</summary>
public sealed class KeyVaultKeyTests : VaultTests
{
    [Fact]
    public async Task A_key_is_not_read_again_while_it_is_fresh_and_is_once_it_has_aged()
    {
        Vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        var before = await source.GetSignersAsync(Chain, Cancellation);
        Time.Advance(Options.RefreshAfter / 2.1);
        await source.GetSignersAsync(Chain, Cancellation);
        Assert.Single(Vault.Reads);

        Time.Advance(Options.RefreshAfter);
        var after = await source.GetSignersAsync(Chain, Cancellation);

        Assert.Equal(2, Vault.Reads.Count);
        Assert.Same(before[0], after[0]);
    }

    [Fact]
    public async Task A_rotated_secret_takes_over_within_the_configured_time_and_the_old_key_finishes_what_it_began()
    {
        Options.RetireAfter = TimeSpan.FromSeconds(4);
        Vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        var old = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));
        Vault.Set("payer", OtherKey);
        Time.Advance(Options.RefreshAfter);

        var present = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        Assert.Equal(OtherAccount, present.Address);
        Assert.Same(old, await source.FindAsync(Chain, Account, Cancellation));
        Assert.Same(present, await source.FindAsync(Chain, OtherAccount, Cancellation));
        await old.SignAsync(Digest, Cancellation);
        Assert.Contains("Warning 3002", Logs.Text, StringComparison.Ordinal);

        await UntilAsync(async () => await source.FindAsync(Chain, Account, Cancellation) is null);
        await FailsAsync(() => old.SignAsync(Digest, Cancellation).AsTask());
    }

    [Fact]
    public async Task Between_half_and_the_whole_time_the_look_runs_beside_the_use()
    {
        Vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        await source.GetSignersAsync(Chain, Cancellation);
        Vault.Set("payer", OtherKey);
        Time.Advance(Options.RefreshAfter * 0.6);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        await UntilAsync(async () => (await source.GetSignersAsync(Chain, Cancellation))[0].Address == OtherAccount);
    }

    [Theory]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "SecretNotFound")]
    public async Task A_look_that_fails_keeps_the_present_key(int status, string code)
    {
        Vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        await source.GetSignersAsync(Chain, Cancellation);
        Vault.Misbehave = KeyVaultStandIn.Refuse(status, code);
        Time.Advance(Options.RefreshAfter * 3);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.Contains("Warning 3005", Logs.Text, StringComparison.Ordinal);

        Vault.Misbehave = null;
        Vault.Set("payer", OtherKey);
        Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(OtherAccount, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
    }

    [Fact]
    public async Task A_silent_vault_holds_nobody_up_for_long_once_a_key_is_loaded()
    {
        Vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        await source.GetSignersAsync(Chain, Cancellation);
        Vault.Misbehave = Vault.HangAsync;
        Options.Timeout = TimeSpan.FromSeconds(60);
        Time.Advance(Options.RefreshAfter * 2);
        var start = Stopwatch.GetTimestamp();

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 40);
        var reads = Vault.Reads.Count;
        await source.GetSignersAsync(Chain, Cancellation);
        Assert.Equal(reads, Vault.Reads.Count);
    }

    [Fact]
    public async Task A_rotation_to_another_account_than_the_configured_is_refused_and_the_present_key_kept()
    {
        Vault.Set("payer", Key);
        var source = Open(Signer("payer", Account));
        await source.GetSignersAsync(Chain, Cancellation);
        Vault.Set("payer", OtherKey);
        Time.Advance(Options.RefreshAfter);

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.Contains("Critical 3003", Logs.Text, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
