using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DevChain;

/// <summary>
/// An Azure Key Vault on a loopback socket, over HTTPS, that speaks the secrets' REST protocol as its own client expects it
/// (<see href="https://learn.microsoft.com/rest/api/keyvault/secrets"/>): the challenge, versions, and refusals.
/// </summary>
public sealed class KeyVaultStandIn : IAsyncDisposable
{
    /// <summary>The only token it takes.</summary>
    public const string Token = "stand-in-token";

    // Azure's client remembers a vault's challenge by host and port, for the whole process: a port that is given out again would not be challenged.
    private static readonly ConcurrentDictionary<string, bool> Used = new();

    private readonly LoopbackServer _server;
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private readonly ConcurrentDictionary<string, List<Version>> _secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<string> _reads = new();
    private int _challenges;

    private KeyVaultStandIn() => _server = new LoopbackServer(ServeAsync, _certificate);

    /// <summary>The vault's URI, to configure.</summary>
    public string Uri => _server.Url;

    /// <summary>The secrets read with a token, oldest first: what was answered is another matter.</summary>
    public IReadOnlyList<string> Reads => [.. _reads];

    /// <summary>How often somebody without a token was told where to get one.</summary>
    public int Challenges => _challenges;

    /// <summary>Takes over the answer to a read; gives <see langword="false"/> to let it pass. For faults.</summary>
    public Func<HttpContext, Task<bool>>? Misbehave { get; set; }

    /// <summary>Listens on a free port with a certificate made for the occasion.</summary>
    public static async Task<KeyVaultStandIn> StartAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var vault = new KeyVaultStandIn();
            await vault._server.StartAsync(cancellation);
            if (Used.TryAdd(vault.Uri, true))
            {
                return vault;
            }

            await vault.DisposeAsync();
        }
    }

    /// <summary>A handler that trusts the certificates of this vault and of some others, and no more.</summary>
    public HttpMessageHandler CreateHandler(params KeyVaultStandIn[] others) => new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) =>
                presented is not null && others.Prepend(this).Any(vault => presented.GetRawCertData().AsSpan().SequenceEqual(vault._certificate.RawData)),
        },
    };

    /// <summary>Adds a version of a secret, as rotating it does.</summary>
    /// <returns>The version.</returns>
    public string Set(string name, string value)
    {
        var version = new Version(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), value);
        var versions = _secrets.GetOrAdd(name, _ => []);
        lock (versions)
        {
            versions.Add(version);
        }

        return version.Id;
    }

    /// <summary>Disables the newest version of a secret.</summary>
    public void Disable(string name) => _secrets[name][^1].IsEnabled = false;

    /// <summary>Misbehaviour: an error for the next <paramref name="times"/> reads.</summary>
    public static Func<HttpContext, Task<bool>> Refuse(int status, string code, int times = int.MaxValue, string? retryAfter = null)
    {
        var left = times;
        return async context =>
        {
            if (Interlocked.Decrement(ref left) < 0)
            {
                return false;
            }

            context.Response.Headers.RetryAfter = retryAfter;
            await RefuseAsync(context, status, code);
            return true;
        };
    }

    /// <summary>Misbehaviour: nothing, until the caller gives up or the vault stops.</summary>
    public async Task<bool> HangAsync(HttpContext context)
    {
        await _server.HangAsync(context);
        return true;
    }

    /// <summary>Stops listening and lets go of whom it kept waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private Task ServeAsync(HttpContext context) =>
        context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["secrets", var name] => ReadAsync(context, name, wanted: ""),
            ["secrets", var name, "versions"] => ListAsync(context, name),
            ["secrets", var name, var version] => ReadAsync(context, name, version),
            _ => RefuseAsync(context, 404, "NotFound"),
        };

    private async Task ReadAsync(HttpContext context, string name, string wanted)
    {
        if (!await IsAllowedAsync(context))
        {
            return;
        }

        _reads.Enqueue(name);
        if (Misbehave is { } misbehave && await misbehave(context))
        {
            return;
        }

        var found = _secrets.TryGetValue(name, out var versions)
            ? versions.LastOrDefault(version => wanted.Length == 0 || version.Id == wanted)
            : null;
        await (found switch
        {
            null => RefuseAsync(context, 404, "SecretNotFound"),
            { IsEnabled: false } => RefuseAsync(context, 403, "Forbidden"),
            _ => WriteAsync(context, 200, Describe(name, found, withValue: true)),
        });
    }

    private async Task ListAsync(HttpContext context, string name)
    {
        if (!await IsAllowedAsync(context))
        {
            return;
        }

        var versions = _secrets.TryGetValue(name, out var found) ? found : [];
        await WriteAsync(context, 200, new JsonObject
        {
            ["value"] = new JsonArray([.. versions.Select(version => Describe(name, version, withValue: false))]),
            ["nextLink"] = null,
        });
    }

    private async Task<bool> IsAllowedAsync(HttpContext context)
    {
        if (!context.Request.Query.ContainsKey("api-version"))
        {
            await RefuseAsync(context, 400, "BadParameter");
            return false;
        }

        if (context.Request.Headers.Authorization == $"Bearer {Token}")
        {
            return true;
        }

        Interlocked.Increment(ref _challenges);
        context.Response.Headers.WWWAuthenticate =
            "Bearer authorization=\"https://login.windows.net/00000000-0000-0000-0000-000000000001\", resource=\"https://vault.azure.net\"";
        await RefuseAsync(context, 401, "Unauthorized");
        return false;
    }

    private JsonObject Describe(string name, Version version, bool withValue)
    {
        var secret = new JsonObject
        {
            ["id"] = $"{Uri}/secrets/{name}/{version.Id}",
            ["attributes"] = new JsonObject
            {
                ["enabled"] = version.IsEnabled,
                ["created"] = 1_700_000_000,
                ["updated"] = 1_700_000_000,
                ["recoveryLevel"] = "Recoverable+Purgeable",
            },
        };
        if (withValue)
        {
            secret["value"] = version.Value;
        }

        return secret;
    }

    private static Task RefuseAsync(HttpContext context, int status, string code) =>
        WriteAsync(context, status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = $"stand-in: {code}" } });

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Key Vault stand-in", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private sealed class Version(string id, string value)
    {
        public string Id { get; } = id;

        public string Value { get; } = value;

        public bool IsEnabled { get; set; } = true;
    }
}
