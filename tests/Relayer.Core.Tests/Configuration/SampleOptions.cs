using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration;

namespace Relayer.Core.Tests.Configuration;

/// <summary>Configurations that tests of options start from.</summary>
internal static class SampleOptions
{
    public const string LiteralKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    /// <summary>Nothing is wrong with it.</summary>
    public static readonly Dictionary<string, string?> Sound = new()
    {
        ["Database:ConnectionString"] = "Host=db;Database=relayer;SSL Mode=VerifyFull",
        ["KeyVault:Uri"] = "https://relayer.vault.azure.net/",
        ["Chains:main:ChainId"] = "10",
        ["Chains:main:Rpc:0"] = "https://one.example/key",
        ["Chains:main:Rpc:1"] = "https://two.example",
        ["Chains:main:Forwarders:0:Address"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Forwarders:0:Dialect"] = "OpenZeppelin",
        ["Chains:main:Forwarders:0:Name"] = "Forwarder",
        ["Chains:main:Signers:0:Secret"] = "payer-1",
        ["Chains:main:Policy:Targets:0:Address"] = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        ["Chains:main:Policy:Targets:0:Functions:0"] = "increment()",
    };

    /// <summary>The same with every keeper of accounts.</summary>
    public static readonly Dictionary<string, string?> Accounts = new(Sound)
    {
        ["Circle:Url"] = "https://circle.example",
        ["Chains:main:Keepers:Deployment:Factory"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Deployment:Usdc"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Bridging:Usdc"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Redemption:Domain"] = "6",
        ["Chains:main:Keepers:Redemption:Sources:there:ChainId"] = "10",
        ["Chains:main:Keepers:Redemption:Sources:there:Domain"] = "2",
        ["Chains:main:Keepers:Redemption:Sources:there:Transmitter"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Redemption:Sources:there:Messenger"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ["Chains:main:Keepers:Redemption:Sources:there:Receiver"] = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    };

    public static Dictionary<string, string?> With(string key, string value) => new(Sound) { [key] = value };

    /// <summary>What is wrong.</summary>
    public static IReadOnlyList<string> Check(Dictionary<string, string?> values) =>
        RelayerOptionsValidator.Validate(RelayerOptions.Bind(Configure(values)));

    public static IConfiguration Configure(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();
}
