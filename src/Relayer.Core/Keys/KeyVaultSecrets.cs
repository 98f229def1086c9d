using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>Reads keys out of Key Vault secrets, through Azure's own client and its retries.</summary>
/// <remarks>
/// Safe for concurrent use. The client and its credential are made on first use. The client library's own copy of the secret, a
/// string, cannot be wiped: it is dropped at once and left to the garbage collector.
/// </remarks>
internal sealed class KeyVaultSecrets
{
    private readonly Lazy<SecretClient> _client;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>Reads with <see cref="DefaultAzureCredential"/>.</summary>
    public KeyVaultSecrets(KeyVaultOptions options, TimeProvider time)
        : this(options, time, CredentialOf, new SecretClientOptions())
    {
    }

    /// <summary>Reads with another credential, or over another transport.</summary>
    internal KeyVaultSecrets(
        KeyVaultOptions options, TimeProvider time, Func<TokenCredential> credential, SecretClientOptions clientOptions)
        : this(options, time, _ => credential(), clientOptions)
    {
    }

    /// <summary>Reads with the credential of a managed identity by its client id, or of what is usual where that is empty.</summary>
    internal KeyVaultSecrets(
        KeyVaultOptions options, TimeProvider time, Func<string, TokenCredential> credential, SecretClientOptions clientOptions)
        : this(options.Uri, "", options, time, credential, clientOptions)
    {
        if (options.CouncilUri.Length > 0 || options.CouncilIdentity.Length > 0)
        {
            var uri = options.CouncilUri.Length > 0 ? options.CouncilUri : options.Uri;
            Council = new KeyVaultSecrets(uri, options.CouncilIdentity, options, time, credential, clientOptions);
        }
    }

    private KeyVaultSecrets(
        string uri, string identity, KeyVaultOptions options, TimeProvider time, Func<string, TokenCredential> credential, SecretClientOptions clientOptions)
    {
        (_timeout, _time) = (options.Timeout, time);
        _client = new(() => CreateClient(uri, options, credential(identity), clientOptions));
        Council = this;
    }

    /// <summary>Reads the councils' keys: from a vault, and as an identity, of their own where the settings say so.</summary>
    public KeyVaultSecrets Council { get; }

    /// <summary>Reads the newest version of a secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="read">Reads what it holds; <see langword="null"/> for what is not <paramref name="expected"/>.</param>
    /// <param name="expected">What it should hold, in words.</param>
    /// <returns>What was read, and the version it is of.</returns>
    /// <exception cref="SecretUnavailableException">The vault is unavailable, refuses, takes too long, or the secret is something else.</exception>
    public async Task<(T Value, string Version)> ReadAsync<T>(string name, Func<string, T?> read, string expected)
        where T : class
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        try
        {
            var response = await _client.Value.GetSecretAsync(name, cancellationToken: timeout.Token);
            var value = read(response.Value.Value);
            WipeBody(response.GetRawResponse());
            return value is null
                ? throw new SecretUnavailableException($"secret {name} is not {expected}")
                : (value, response.Value.Properties.Version);
        }
        catch (Exception failure) when (failure is not SecretUnavailableException)
        {
            // The boundary: the client library throws many things, some quoting what the vault sent. Only the kind goes further.
            throw new SecretUnavailableException($"secret {name}: {Describe(failure, timeout.IsCancellationRequested)}");
        }
    }

    private static DefaultAzureCredential CredentialOf(string identity) =>
        identity.Length == 0 ? new() : new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = identity });

    private static SecretClient CreateClient(string uri, KeyVaultOptions options, TokenCredential credential, SecretClientOptions clientOptions)
    {
        // Few and quick retries; a 429 or 503 with Retry-After is waited for as it says, within the timeout of the whole.
        clientOptions.Retry.Mode = RetryMode.Exponential;
        clientOptions.Retry.MaxRetries = 3;
        clientOptions.Retry.Delay = TimeSpan.FromMilliseconds(500);
        clientOptions.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        clientOptions.Retry.NetworkTimeout = options.Timeout;
        clientOptions.Diagnostics.IsLoggingContentEnabled = false;
        return new SecretClient(new Uri(uri), credential, clientOptions);
    }

    private static void WipeBody(Response response)
    {
        if (response.ContentStream is MemoryStream body && body.TryGetBuffer(out var bytes))
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static string Describe(Exception failure, bool isTimeout) => failure switch
    {
        _ when isTimeout => "the vault did not answer in time",
        RequestFailedException { Status: > 0 } refused => $"the vault answered {refused.Status} ({refused.ErrorCode ?? "no code"})",
        AuthenticationFailedException => "no credential was accepted (DefaultAzureCredential; see its own log)",
        AggregateException { InnerExceptions: [.., var last] } => Describe(last, isTimeout: false),
        RequestFailedException or HttpRequestException or IOException => "the vault cannot be reached",
        OperationCanceledException => "the vault did not answer in time",
        _ => $"the vault's answer cannot be used ({failure.GetType().Name})",
    };
}
