using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Keys;

/// <summary>Signers whose keys are loaded when they are first needed.</summary>
public sealed class SignerSourceTests : VaultTests
{
    [Theory]
    [InlineData(Key)]
    [InlineData("0x" + Key)]
    [InlineData("0XAC0974BEC39A17E36BA4A6B4D238FF944BACB478CBED5EFCAE784D7BF4F2FF80")]
    [InlineData("  0x" + Key + "\r\n")]
    public async Task A_key_is_loaded_on_first_use_after_the_challenge(string secret)
    {
        Vault.Set("payer", secret);
        var source = Open(Signer("payer"));
        Assert.Empty(Vault.Reads);

        var signer = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        Assert.Equal(Account, signer.Address);
        Assert.Equal(1, Vault.Challenges);
        Assert.Equal(["https://vault.azure.net/.default"], Credential.Scopes);
        Assert.Equal(["payer"], Vault.Reads);
        Assert.Equal(Secp256k1.Default.Sign(Convert.FromHexString(Key), Digest), await signer.SignAsync(Digest, Cancellation));
        Assert.DoesNotContain(Key[..8], $"{signer}", StringComparison.OrdinalIgnoreCase);
        Assert.Contains("/secrets/payer", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_first_users_at_once_share_one_read()
    {
        Vault.Set("payer", Key);
        Vault.Misbehave = async context =>
        {
            await Task.Delay(100, context.RequestAborted);
            return false;
        };
        var source = Open(Signer("payer"));

        var signers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => source.GetSignersAsync(Chain, Cancellation).AsTask()));

        Assert.Single(Vault.Reads);
        Assert.Single(signers.Select(list => list[0]).Distinct());
    }

    [Fact]
    public async Task A_signer_that_cannot_be_loaded_is_left_out_and_looking_for_it_does_not_say_that_it_is_gone()
    {
        Vault.Set("good", Key);
        var source = Open(Signer("missing"), Signer("good"));

        Assert.Equal(Account, Assert.Single(await source.GetSignersAsync(Chain, Cancellation)).Address);
        Assert.NotNull(await source.FindAsync(Chain, Account, Cancellation));
        await FailsAsync(() => source.FindAsync(Chain, OtherAccount, Cancellation).AsTask());

        Vault.Set("missing", OtherKey);
        Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal([OtherAccount, Account], (await source.GetSignersAsync(Chain, Cancellation)).Select(signer => signer.Address));
        Assert.Null(await source.FindAsync(Chain, Address.Zero, Cancellation));
    }

    [Fact]
    public async Task A_key_of_another_account_than_the_configured_is_refused_loudly()
    {
        Vault.Set("payer", OtherKey);
        var source = Open(Signer("payer", Account));

        var failure = await FailsAsync(() => source.GetSignersAsync(Chain, Cancellation).AsTask());

        Assert.Contains("payer", failure.Message, StringComparison.Ordinal);
        Assert.Contains(OtherAccount.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("Critical 3003", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposal_wipes_every_key()
    {
        Vault.Set("payer", Key);
        var source = Open(Signer("payer"));
        var signer = Assert.Single(await source.GetSignersAsync(Chain, Cancellation));

        source.Dispose();

        await FailsAsync(() => signer.SignAsync(Digest, Cancellation).AsTask());
    }
}
