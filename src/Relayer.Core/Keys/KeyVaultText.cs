using Microsoft.Extensions.Logging;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration;

namespace Relayer.Core.Keys;

/// <summary>The text in one Key Vault secret.</summary>
/// <remarks>
/// As <see cref="KeyVaultKey"/>: from half of <see cref="KeyVaultOptions.RefreshAfter"/> on a look runs beside the use, past the whole of it
/// a caller waits for the look, but not for long; a look that fails leaves what is held in use. Safe for concurrent use.
/// </remarks>
internal sealed partial class KeyVaultText
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly string _name;
    private readonly Func<string, string?> _read;
    private readonly string _expected;
    private readonly KeyVaultSecrets _secrets;
    private readonly KeyVaultOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SingleFlight<bool> _look;
    private State _state = new(null, null, DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    public KeyVaultText(string name, KeyVaultSecrets secrets, KeyVaultOptions options, TimeProvider time, ILogger logger)
        : this(name, Read, "one line of printable characters", secrets, options, time, logger)
    {
    }

    /// <param name="name">The secret's name.</param>
    /// <param name="read">What is kept of what it holds; null for what is not <paramref name="expected"/>.</param>
    /// <param name="expected">What it should hold, in words.</param>
    /// <param name="secrets">Reads it.</param>
    /// <param name="options">How often.</param>
    /// <param name="time">By which clock.</param>
    /// <param name="logger">Told of loads and failures, never with what it holds.</param>
    public KeyVaultText(
        string name, Func<string, string?> read, string expected, KeyVaultSecrets secrets, KeyVaultOptions options, TimeProvider time, ILogger logger)
    {
        (_name, _read, _expected, _secrets, _options, _time, _logger) = (name, read, expected, secrets, options, time, logger);
        _look = new(LookAsync);
    }

    /// <summary>What it holds at present.</summary>
    /// <exception cref="SecretUnavailableException">It was never to be had.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellation)
    {
        var state = Volatile.Read(ref _state);
        var now = _time.GetUtcNow();
        if (now >= state.NextLook)
        {
            var look = _look.RunAsync(CancellationToken.None);
            if (state.Text is null || now - state.SeenAt >= _options.RefreshAfter)
            {
                await WaitAsync(look, state.Text is null, cancellation);
            }
        }

        state = Volatile.Read(ref _state);
        return state.Text ?? throw new SecretUnavailableException(state.Failure ?? $"secret {_name} is not loaded yet");
    }

    private async Task WaitAsync(Task look, bool isFirst, CancellationToken cancellation)
    {
        try
        {
            await (isFirst ? look.WaitAsync(cancellation) : look.WaitAsync(Patience, _time, cancellation));
        }
        catch (TimeoutException)
        {
            // What is held goes on; so does the look.
        }
    }

    /// <summary>One look at the secret. It never throws.</summary>
    private async Task<bool> LookAsync()
    {
        var before = Volatile.Read(ref _state);
        try
        {
            var (text, version) = await _secrets.ReadAsync(_name, _read, _expected);
            var now = _time.GetUtcNow();
            Volatile.Write(ref _state, new State(text, null, now, now + (_options.RefreshAfter / 2)));
            if (text != before.Text)
            {
                Log.Loaded(_logger, _name, version);
            }

            return true;
        }
        catch (SecretUnavailableException failure)
        {
            var pause = before.Text is null ? FirstPause : TimeSpan.FromTicks(Math.Min((_options.RefreshAfter / 2).Ticks, LongestPause.Ticks));
            Volatile.Write(ref _state, before with { Failure = failure.Message, NextLook = _time.GetUtcNow() + pause });
            Log.Unavailable(_logger, failure.Message);
            return false;
        }
    }

    // It goes into a header: what would break one is no key.
    private static string? Read(string secret)
    {
        var text = secret.Trim();
        return text.Length > 0 && text.All(c => c is > ' ' and < '\x7f') ? text : null;
    }

    private sealed record State(string? Text, string? Failure, DateTimeOffset SeenAt, DateTimeOffset NextLook)
    {
        // Never with the text.
        public override string ToString() => nameof(State);
    }

    private static partial class Log
    {
        [LoggerMessage(3007, LogLevel.Information, "Secret {Secret} loaded, version {Version}")]
        public static partial void Loaded(ILogger logger, string secret, string version);

        [LoggerMessage(3008, LogLevel.Warning, "A secret cannot be loaded or refreshed: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
