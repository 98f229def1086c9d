using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Relayer.Core.Tests.Keys;

public sealed class OperatorKeysTests : VaultTests
{
    private const string First = "Zx81-kPq7-mmT4-0vRw-55aB-cJd9-eFgH";
    private const string Second = "9wLd-ttY2-Qn6e-Vb3K-xA1s-uH8r-oP5z";

    [Fact]
    public async Task Each_key_is_its_operators_and_nothing_else_is_anybodys()
    {
        Vault.Set("anna", $" {First}\n");
        var keys = Open(("anna", OperatorRole.Treasury, "anna", ""), ("ben", OperatorRole.Look, "", ""));

        Assert.Equal(new Operator("anna", OperatorRole.Treasury), (await keys.FindAsync(First, Cancellation)).Operator);
        Assert.Equal(new Operator("ben", OperatorRole.Look), (await keys.FindAsync(LiteralOf("ben"), Cancellation)).Operator);
        foreach (var wrong in new[] { "", "x", First.ToUpperInvariant(), First[..^1], First + " ", LiteralOf("anna") })
        {
            Assert.Equal(new OperatorMatch(null, IsComplete: true), await keys.FindAsync(wrong, Cancellation));
        }

        Assert.Single(Vault.Reads);
        NothingIsSaid();
    }

    [Fact]
    public async Task A_new_version_replaces_the_key_and_a_second_secret_works_beside_it()
    {
        Vault.Set("anna", First);
        Vault.Set("anna-next", Second);
        var keys = Open(("anna", OperatorRole.Operate, "anna", "anna-next"));
        Assert.Equal(("anna", "anna"), (await NameAsync(keys, First), await NameAsync(keys, Second)));

        Vault.Set("anna", Second.Replace('9', '8'));
        Time.Advance(Options.RefreshAfter);
        Assert.Equal(("anna", null, "anna"), (await NameAsync(keys, Second), await NameAsync(keys, First), await NameAsync(keys, Second.Replace('9', '8'))));
    }

    [Fact]
    public async Task A_vault_that_is_away_leaves_the_keys_in_force_and_says_when_one_is_missing()
    {
        Vault.Set("anna", First);
        var keys = Open(("anna", OperatorRole.Operate, "anna", ""), ("ben", OperatorRole.Operate, "ben", ""));
        Assert.Equal("anna", await NameAsync(keys, First));
        Assert.Equal(new OperatorMatch(null, IsComplete: false), await keys.FindAsync(Second, Cancellation));
        Assert.Equal(1, await keys.LoadAsync(Cancellation));

        Vault.Misbehave = KeyVaultStandIn.Refuse(403, "Forbidden");
        Time.Advance(Options.RefreshAfter * 3);
        Assert.Equal("anna", await NameAsync(keys, First));
    }

    [Theory]
    [InlineData("change-me")]
    [InlineData("change-me-this-is-for-development-only")]
    [InlineData("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk")]
    public async Task A_weak_key_in_the_vault_opens_nothing_and_is_told_without_it(string weak)
    {
        Vault.Set("anna", weak);
        var keys = Open(("anna", OperatorRole.Treasury, "anna", ""));

        Assert.Null(await NameAsync(keys, weak));
        Assert.Contains("secret anna is not an operator's key: at least 32", Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(weak, Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_secrets_with_the_same_key_open_the_less_of_the_two()
    {
        Vault.Set("anna", First);
        Vault.Set("ben", First);
        var keys = Open(("anna", OperatorRole.Treasury, "anna", ""), ("ben", OperatorRole.Look, "ben", ""));

        Assert.Equal(new Operator("ben", OperatorRole.Look), (await keys.FindAsync(First, Cancellation)).Operator);
    }

    private static async Task<string?> NameAsync(OperatorKeys keys, string shown) => (await keys.FindAsync(shown, Cancellation)).Operator?.Name;

    private static string LiteralOf(string name) => $"{name}-{First}";

    private void NothingIsSaid()
    {
        foreach (var key in new[] { First, Second })
        {
            Assert.DoesNotContain(key, Logs.Text, StringComparison.Ordinal);
        }
    }

    private OperatorKeys Open(params (string Name, OperatorRole Role, string Secret, string Next)[] operators)
    {
        var options = new RelayerOptions { KeyVault = Options };
        foreach (var (name, role, secret, next) in operators)
        {
            options.Operators[name] = new()
            {
                Role = OperatorRoles.NameOf(role),
                Secret = secret,
                NextSecret = next,
                Key = secret.Length == 0 ? LiteralOf(name) : "",
            };
        }

        var clientOptions = new SecretClientOptions
        {
            DisableChallengeResourceVerification = true,
            Transport = new HttpClientTransport(Vault.CreateHandler()),
        };
        return new OperatorKeys(options, new KeyVaultSecrets(Options, Time, () => Credential, clientOptions), Time, new Logger<OperatorKeys>(Logs));
    }
}
