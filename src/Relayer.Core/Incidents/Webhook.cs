using System.Globalization;
using Relayer.Core.Configuration;
using Relayer.Core.Keys;

namespace Relayer.Core.Incidents;

/// <summary>Posts alerts to the configured URL, signed, so that the receiver knows who speaks and when.</summary>
/// <remarks>
/// Signed as <see cref="SignedPost"/> says; the delivery's number is a member of the body too. Safe for concurrent use.
/// </remarks>
internal sealed class Webhook : IDisposable
{
    private readonly AlertOptions _options;
    private readonly ISecretSource _secrets;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http = SignedPost.CreateClient();

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

            using var request = SignedPost.Compose(
                _options.WebhookUrl, key, alert.Id.ToString(CultureInfo.InvariantCulture), AlertBody.Numbered(alert.Body, alert.Id), _time.GetUtcNow());
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
}
