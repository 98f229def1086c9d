using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>All that the engine promises about nonces and payloads, without how it keeps it.</summary>
internal sealed class NonceModel
{
    private readonly Dictionary<Guid, Promise> _promises = [];
    private readonly Dictionary<Address, ulong> _next = [];
    private readonly Dictionary<Hash32, byte[]> _foreign = [];
    private readonly HashSet<Guid> _givenUp = [];
    private readonly HashSet<(Address Signer, ulong Nonce)> _contested = [];

    public IReadOnlyDictionary<Guid, Promise> Promises => _promises;

    /// <summary>Transactions of somebody else with our keys.</summary>
    public IReadOnlyDictionary<Hash32, byte[]> Foreign => _foreign;

    /// <summary>A payload is bound to its nonce from here on, and the nonce to it.</summary>
    public void Accept(ReservedTransaction reserved, Kind kind)
    {
        var expected = _next.GetValueOrDefault(reserved.Signer);
        Assert.True(
            IsContested(reserved.Signer) ? reserved.Nonce >= expected : reserved.Nonce == expected,
            $"nonce {reserved.Nonce} of {reserved.Signer} was given out, where {expected} was next");
        _next[reserved.Signer] = reserved.Nonce + 1;
        _promises.Add(reserved.Plan.Id, new Promise(reserved, kind));
    }

    /// <summary>Somebody said that it is not wanted any more, or that it is hopeless: from now on a noop may take its nonce.</summary>
    public void GiveUp(Guid id) => _givenUp.Add(id);

    public void UseElsewhere(Address signer, ulong nonce, byte[] raw)
    {
        _contested.Add((signer, nonce));
        _foreign[Keccak256.Hash(raw)] = raw;
    }

    /// <summary>Somebody else has sent with this key at some time.</summary>
    public bool IsContested(Address signer) => _contested.Any(item => item.Signer == signer);

    /// <summary>How it may end, by the number of its state.</summary>
    public bool MayEnd(Promise promise, short state) => state switch
    {
        4 => promise.Kind is Kind.Ordinary or Kind.Expiring,
        5 => promise.Kind is Kind.NeverTaken or Kind.Expiring || _givenUp.Contains(promise.Reserved.Plan.Id),
        6 => promise.Kind is Kind.Reverting,
        7 => _contested.Contains((promise.Reserved.Signer, promise.Reserved.Nonce)),
        _ => false,
    };
}

/// <summary>What was accepted.</summary>
internal sealed record Promise(ReservedTransaction Reserved, Kind Kind);
