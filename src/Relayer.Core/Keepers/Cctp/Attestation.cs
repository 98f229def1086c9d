namespace Relayer.Core.Keepers.Cctp;

/// <summary>What the attestation service had for a message.</summary>
internal abstract record Attestation
{
    private Attestation()
    {
    }

    /// <summary>It is attested.</summary>
    /// <param name="Message">As it is to be redeemed.</param>
    /// <param name="Signatures">The attesters' signatures.</param>
    public sealed record Complete(BurnMessage Message, byte[] Signatures) : Attestation;

    /// <summary>Not yet: the burn is not final there, or not known yet.</summary>
    public sealed record Pending(string Detail) : Attestation;

    /// <summary>What it said does not fit what was asked.</summary>
    public sealed record Wrong(string Detail) : Attestation;

    /// <summary>It did not answer, or asks to be left alone.</summary>
    public sealed record Unavailable(string Detail) : Attestation;
}

/// <summary>What the attestation service answered when it was asked to attest something again.</summary>
internal abstract record Reattestation
{
    private Reattestation()
    {
    }

    /// <summary>It is going to, once the burn is final: the old attestation is shown until then.</summary>
    public sealed record Begun : Reattestation;

    /// <summary>It will not.</summary>
    public sealed record Refused(string Detail) : Reattestation;

    /// <summary>It did not answer, or asks to be left alone.</summary>
    public sealed record Unavailable(string Detail) : Reattestation;
}

/// <summary>Where attestations come from.</summary>
internal interface IAttestationSource
{
    /// <summary>What there is for messages of one transaction, in order.</summary>
    /// <remarks>Never throws for what the service does; safe for concurrent use.</remarks>
    Task<IReadOnlyList<Attestation>> ReadAsync(
        uint domain, Ethereum.Hash32 transaction, IReadOnlyList<BurnMessage> messages, CancellationToken cancellation);

    /// <summary>Asks for another attestation of a message of version 2, one that does not expire.</summary>
    /// <remarks>Never throws for what the service does; safe for concurrent use, and to repeat.</remarks>
    Task<Reattestation> ReattestAsync(Ethereum.Hash32 nonce, CancellationToken cancellation);
}
