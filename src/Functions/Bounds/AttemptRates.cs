using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Callers;

namespace Functions.Bounds;

/// <summary>
/// How often a network address, a user and an API client may try in a minute, refused and simulated requests counted; and how often an address may read what
/// asks the node. Of this process alone.
/// </summary>
public sealed class AttemptRates : IUserAttempts
{
    /// <summary>Some ten megabytes of callers, at most, three times: of addresses that post, that read, and of users.</summary>
    private const int Remembered = 16_384;

    private readonly AttemptLimiter<string> _addresses;
    private readonly AttemptLimiter<string> _readers;
    private readonly AttemptLimiter<Address> _users;
    private readonly AttemptLimiter<ApiClient> _clients;

    /// <summary>Rates as configured.</summary>
    public AttemptRates(RelayerOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (address, user) = (options.Admission.AttemptsPerMinutePerAddress, options.Admission.AttemptsPerMinutePerUser);
        _addresses = new(_ => address, Remembered, time);
        _readers = new(_ => address, Remembered, time);
        _users = new(_ => user, Remembered, time);
        _clients = new(client => client.RelaysPerMinute, Remembered, time);
    }

    /// <summary>Counts a request of a caller: of its client, and of its address unless a server keeps the client's key.</summary>
    /// <returns>After how long the next one is taken; <see langword="null"/> when this one is.</returns>
    public TimeSpan? Count(string address, ApiClient? client) => Noted(
        (client is { IsPublic: false } ? null : _addresses.Take(address)) ?? (client is null ? null : _clients.Take(client)));

    /// <summary>Counts a read of a caller's address, as many as it may post: one goes before each request. None of a client whose key a server keeps.</summary>
    /// <returns>After how long the next one is taken; <see langword="null"/> when this one is.</returns>
    public TimeSpan? CountRead(string address, ApiClient? client) => Noted(client is { IsPublic: false } ? null : _readers.Take(address));

    /// <summary>Whether one would be taken now.</summary>
    public TimeSpan? Look(string address, ApiClient? client) => Noted(
        (client is { IsPublic: false } ? null : _addresses.Look(address)) ?? (client is null ? null : _clients.Look(client)));

    /// <inheritdoc/>
    public TimeSpan? Count(Address user) => Noted(_users.Take(user));

    private static TimeSpan? Noted(TimeSpan? wait)
    {
        if (wait is not null)
        {
            Capacity.Count("rates");
        }

        return wait;
    }
}
