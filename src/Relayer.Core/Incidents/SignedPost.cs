using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Relayer.Core.Incidents;

/// <summary>A POST that tells its receiver who speaks and when: HMAC-SHA256 over timestamp, a dot and the body.</summary>
internal static class SignedPost
{
    /// <summary>What sends them; redirects are not followed.</summary>
    public static HttpMessageInvoker CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });

    /// <summary>Writes one.</summary>
    /// <param name="url">Whereto.</param>
    /// <param name="key">What the receiver checks the signature with.</param>
    /// <param name="delivery">What it is called; whoever listens could give a copy another name, so it must stand in the body too.</param>
    /// <param name="body">JSON.</param>
    /// <param name="now">The time.</param>
    public static HttpRequestMessage Compose(string url, string key, string delivery, string body, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content, Version = HttpVersion.Version11 };
        request.Headers.Add("x-relayer-delivery", delivery);
        request.Headers.Add("x-relayer-timestamp", timestamp);
        request.Headers.Add("x-relayer-signature", $"v1={Sign(key, timestamp, body)}");
        return request;
    }

    private static string Sign(string key, string timestamp, string body) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
}
