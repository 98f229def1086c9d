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
    public async Task<WebhookFault?> PostAsync(DueAlert alert, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var key = _options.Secret.Length > 0 ? await _secrets.GetAsync(_options.Secret, either.Token) : _options.Key;
            if (key.Length < AlertOptionsValidator.LeastKeyLength)
            {
                return new($"has a key of fewer than {AlertOptionsValidator.LeastKeyLength} characters", IsItsOwn: true);
            }

            using var request = SignedPost.Compose(
                _options.WebhookUrl, key, alert.Id.ToString(CultureInfo.InvariantCulture), AlertBody.Numbered(alert.Body, alert.Id), _time.GetUtcNow());
            using var answer = await _http.SendAsync(request, either.Token);
            return (int)answer.StatusCode is >= 200 and < 300
                ? null
                : new($"answered {(int)answer.StatusCode}", IsItsOwn: (int)answer.StatusCode is not (400 or 413 or 422));
        }
        catch (SecretUnavailableException missing)
        {
            return new($"has no key available ({missing.Message})", IsItsOwn: true);
        }
        catch (HttpRequestException fault)
        {
            return new($"cannot be reached ({fault.HttpRequestError})", IsItsOwn: true);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new("did not answer in time", IsItsOwn: true);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>Why an alert was not taken.</summary>
/// <param name="Reason">What the webhook did, in words.</param>
/// <param name="IsItsOwn">It would do the same to any other alert; otherwise it is this one's body that it refuses.</param>
internal sealed record WebhookFault(string Reason, bool IsItsOwn);
