using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Relayer.Core.Incidents;

/// <summary>Posts alerts to the configured URL, signed, so that the receiver knows who speaks and when.</summary>
/// <remarks>
/// The signature is HMAC-SHA256 over timestamp, a dot and the body. The delivery's number is a member of the body too: whoever listens could
/// otherwise give a copy another number. Redirects are not followed. Safe for concurrent use.
/// </remarks>
internal sealed class Webhook : IDisposable
{
    private readonly AlertOptions _options;
    private readonly ISecretSource _secrets;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });

    public Webhook(RelayerOptions options, ISecretSource secrets, TimeProvider time) => (_options, _secrets, _time) = (options.Alerts, secrets, time);

    /// <summary>Delivers once.</summary>
    /// <returns><see langword="null"/> when the receiver took it (any 2xx); otherwise why not.</returns>
    public async Task<string?> PostAsync(DueAlert alert, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var key = _options.Secret.Length > 0 ? await _secrets.GetAsync(_options.Secret, either.Token) : _options.Key;
            if (key.Length < AlertOptionsValidator.LeastKeyLength)
            {
                return $"has a key of fewer than {AlertOptionsValidator.LeastKeyLength} characters";
            }

            using var request = Compose(alert, key, _time.GetUtcNow());
            using var answer = await _http.SendAsync(request, either.Token);
            return (int)answer.StatusCode is >= 200 and < 300 ? null : $"answered {(int)answer.StatusCode}";
        }
        catch (SecretUnavailableException missing)
        {
            return $"has no key available ({missing.Message})";
        }
        catch (HttpRequestException fault)
        {
            return $"cannot be reached ({fault.HttpRequestError})";
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return "did not answer in time";
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Compose(DueAlert alert, string key, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var body = AlertBody.Numbered(alert.Body, alert.Id);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, _options.WebhookUrl) { Content = content, Version = HttpVersion.Version11 };
        request.Headers.Add("x-relayer-delivery", alert.Id.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("x-relayer-timestamp", timestamp);
        request.Headers.Add("x-relayer-signature", $"v1={Sign(key, timestamp, body)}");
        return request;
    }

    private static string Sign(string key, string timestamp, string body) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
}
