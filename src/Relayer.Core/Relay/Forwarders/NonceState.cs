using Relayer.Core.Ethereum;

namespace Relayer.Core.Relay.Forwarders;

/// <summary>What a forwarder says of a user's nonce.</summary>
public abstract record NonceState
{
    private NonceState()
    {
    }

    /// <summary>Where a request's nonce stands.</summary>
    public abstract NonceStanding Of(UInt256 nonce);

    /// <summary>Nonces count up by one; this is the next that the contract takes.</summary>
    public sealed record Sequential(UInt256 Next) : NonceState
    {
        /// <inheritdoc/>
        public override NonceStanding Of(UInt256 nonce) =>
            nonce < Next ? NonceStanding.Used : nonce > Next ? NonceStanding.Ahead : NonceStanding.Usable;
    }

    /// <summary>Nonces come in any order; this says whether the one asked about is spent.</summary>
    public sealed record Unordered(bool IsUsed) : NonceState
    {
        /// <inheritdoc/>
        public override NonceStanding Of(UInt256 nonce) => IsUsed ? NonceStanding.Used : NonceStanding.Usable;
    }
}

/// <summary>Where a request's nonce stands.</summary>
public enum NonceStanding
{
    /// <summary>The contract takes it now.</summary>
    Usable,

    /// <summary>It is spent for good.</summary>
    Used,

    /// <summary>Lower nonces must be spent first.</summary>
    Ahead,
}
