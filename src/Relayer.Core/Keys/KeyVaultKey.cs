using Microsoft.Extensions.Logging;
using Relayer.Core.Concurrency;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Keys;

/// <summary>The key in one Key Vault secret: loaded on first use, looked at again as it ages, replaced when the secret rotates.</summary>
/// <remarks>
/// Safe for concurrent use; callers at the same time share one look. From half of <see cref="KeyVaultOptions.RefreshAfter"/> on the next
/// look runs beside the use of the present key; past the whole of it a caller waits for the look, but not for long. A look that fails
/// leaves the present key in use. A rotated key is kept for <see cref="KeyVaultOptions.RetireAfter"/>, then wiped.
/// </remarks>
internal sealed partial class KeyVaultKey : IKeyHolder
{
    // How long a caller waits for a vault that is slow to say whether an old key is still the newest.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly Address? _expected;
    private readonly KeyVaultSecrets _secrets;
    private readonly KeyVaultOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SingleFlight<bool> _look;
    private readonly RetiredKeys _retired;
    private readonly Lock _gate = new();
    private Held? _held;
    private SignerUnavailableException? _failure;
    private DateTimeOffset _nextTry;
    private bool _isDisposed;

    /// <param name="name">The secret's name.</param>
    /// <param name="expected">When given, a key of another account is refused.</param>
    /// <param name="secrets">Reads it.</param>
    /// <param name="options">How often.</param>
    /// <param name="time">By which clock.</param>
    /// <param name="logger">Told of loads, rotations and refusals; by secret and account, never with the key.</param>
    public KeyVaultKey(
        string name, Address? expected, KeyVaultSecrets secrets, KeyVaultOptions options, TimeProvider time, ILogger logger)
    {
        (_name, _expected, _secrets, _options, _time, _logger) = (name, expected, secrets, options, time, logger);
        _look = new(LookAsync);
        _retired = new RetiredKeys(options.RetireAfter, time);
    }

    /// <inheritdoc/>
    public async ValueTask<ISigner> GetAsync(CancellationToken cancellation)
    {
        var (held, failure, mayTry) = Read();
        if (held is null)
        {
            // While the vault is unavailable, one caller in a while asks it; the others hear at once what it said.
            return failure is not null && !mayTry ? throw failure : await LoadAsync(cancellation);
        }

        var age = _time.GetUtcNow() - held.SeenAt;
        if (age >= _options.RefreshAfter / 2 && mayTry)
        {
            var look = _look.RunAsync(CancellationToken.None);
            if (age >= _options.RefreshAfter)
            {
                await WaitAWhileAsync(look, cancellation);
            }
        }

        return (Read().Held ?? held).Signer;
    }

    /// <inheritdoc/>
    public ISigner? FindRetired(Address address) => _retired.Find(address);

    /// <summary>Wipes every key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _held?.Key.Dispose();
        }

        _retired.Dispose();
    }

    private async Task<ISigner> LoadAsync(CancellationToken cancellation)
    {
        await _look.RunAsync(cancellation);
        var (held, failure, _) = Read();
        return held?.Signer ?? throw failure ?? new SignerUnavailableException($"secret {_name} is no longer used");
    }

    private async Task WaitAWhileAsync(Task look, CancellationToken cancellation)
    {
        try
        {
            await look.WaitAsync(Patience, _time, cancellation);
        }
        catch (TimeoutException)
        {
            // The look goes on beside; the next callers do not wait for it too.
            lock (_gate)
            {
                _nextTry = _time.GetUtcNow() + LongestPause;
            }

            Log.Slow(_logger, _name);
        }
    }

    /// <summary>One look at the secret. It never throws: what it met is kept for whoever asks.</summary>
    private async Task<bool> LookAsync()
    {
        try
        {
            var (key, version) = await _secrets.ReadAsync(
                _name, static text => KeyMaterial.TryRead(text), "a private key of 32 bytes in hexadecimal");
            Take(key, version);
            return true;
        }
        catch (SecretUnavailableException failure)
        {
            Fail(new SignerUnavailableException(failure.Message));
            return false;
        }
        catch (SignerUnavailableException failure)
        {
            Fail(failure);
            return false;
        }
    }

    private void Take(KeyMaterial key, string version)
    {
        if (_expected is { } expected && key.Address != expected)
        {
            var found = key.Address;
            key.Dispose();
            Log.Mismatch(_logger, _name, version, found, expected);
            throw new SignerUnavailableException($"secret {_name} holds the key of {found}, but {expected} is configured: refused");
        }

        lock (_gate)
        {
            var before = _held;
            var isSame = before?.Signer.Address == key.Address;
            if (isSame || _isDisposed)
            {
                // The same account under another version: one copy of the key is enough.
                key.Dispose();
            }

            if (!_isDisposed)
            {
                var now = _time.GetUtcNow();
                _held = isSame ? before! with { SeenAt = now } : new Held(key, new LocalSigner(key), now);
                (_failure, _nextTry) = (null, now);
                Tell(before, _held, version);
            }
        }
    }

    private void Tell(Held? before, Held now, string version)
    {
        if (before is null)
        {
            Log.Loaded(_logger, _name, version, now.Signer.Address);
        }
        else if (before.Key != now.Key)
        {
            _retired.Add(before.Key, before.Signer);
            Log.Rotated(_logger, _name, version, before.Signer.Address, now.Signer.Address);
        }
    }

    private void Fail(SignerUnavailableException failure)
    {
        lock (_gate)
        {
            _failure = failure;
            var pause = _held is null ? FirstPause : TimeSpan.FromTicks(Math.Min((_options.RefreshAfter / 2).Ticks, LongestPause.Ticks));
            _nextTry = _time.GetUtcNow() + pause;
            if (_held is null)
            {
                Log.NotLoaded(_logger, failure.Message);
            }
            else
            {
                Log.Kept(_logger, failure.Message, _held.Signer.Address);
            }
        }
    }

    private (Held? Held, SignerUnavailableException? Failure, bool MayTry) Read()
    {
        lock (_gate)
        {
            return (_held, _failure, _time.GetUtcNow() >= _nextTry && !_isDisposed);
        }
    }

    /// <summary>The present key and when the vault last said that it is.</summary>
    private sealed record Held(KeyMaterial Key, LocalSigner Signer, DateTimeOffset SeenAt);

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Information, "Signer {Address} loaded from secret {Secret}, version {Version}")]
        public static partial void Loaded(ILogger logger, string secret, string version, Address address);

        [LoggerMessage(
            3002,
            LogLevel.Warning,
            "Secret {Secret} rotated to version {Version}: signer {Before} only finishes what it began, {Now} takes over")]
        public static partial void Rotated(ILogger logger, string secret, string version, Address before, Address now);

        [LoggerMessage(
            3003, LogLevel.Critical, "Secret {Secret}, version {Version}, holds the key of {Found}, but {Expected} is configured: refused")]
        public static partial void Mismatch(ILogger logger, string secret, string version, Address found, Address expected);

        [LoggerMessage(3004, LogLevel.Error, "A signer cannot be loaded: {Reason}")]
        public static partial void NotLoaded(ILogger logger, string reason);

        [LoggerMessage(3005, LogLevel.Warning, "A signer cannot be refreshed: {Reason}; {Address} stays in use")]
        public static partial void Kept(ILogger logger, string reason, Address address);

        [LoggerMessage(
            3006, LogLevel.Warning, "The vault is slow to say whether secret {Secret} has rotated; the present key stays in use")]
        public static partial void Slow(ILogger logger, string secret);
    }
}
