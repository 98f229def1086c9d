namespace Relayer.Core.Configuration;

/// <summary>Azure Key Vault, bound from <c>KeyVault</c>.</summary>
public sealed class KeyVaultOptions
{
    /// <summary>The vault's address, such as <c>https://relayer.vault.azure.net/</c>; needed when a signer names a secret.</summary>
    public string Uri { get; set; } = "";

    /// <summary>The address of a vault that holds the keys of the councils' wallets and nothing else; left out: they are in the same one.</summary>
    public string CouncilUri { get; set; } = "";

    /// <summary>
    /// The client id of the managed identity that reads the councils' keys, so that who may read the signers' keys may not read those too; left
    /// out: the same as for everything else.
    /// </summary>
    public string CouncilIdentity { get; set; } = "";

    /// <summary>How old a loaded key may grow before its secret is looked at again: the longest a rotation goes unnoticed.</summary>
    public TimeSpan RefreshAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest one look at a secret may take, retries included; at most 30 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a rotated key still finishes what it began before it is wiped.</summary>
    public TimeSpan RetireAfter { get; set; } = TimeSpan.FromHours(1);
}
