using System.Globalization;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Operations;

/// <summary>Something that operators can pause as a whole.</summary>
/// <remarks>Signers are not among them: whoever reserves a nonce looks at their own rows, under the same lock.</remarks>
/// <param name="Name">Its name in the table; stable.</param>
public readonly record struct PauseScope(string Name)
{
    /// <summary>New relays, on every chain.</summary>
    public static PauseScope Sponsorship { get; } = new("sponsorship");

    /// <summary>Transfers from the council's wallet to signers.</summary>
    public static PauseScope TopUps { get; } = new("top_ups");

    /// <summary>New relays on one chain.</summary>
    public static PauseScope SponsorshipOn(ChainId chainId) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Sponsorship.Name}:{chainId.Value}"));

    /// <summary>One keeper, on every chain.</summary>
    /// <param name="name">The keeper's name in the ledger.</param>
    public static PauseScope Keeper(string name) => new($"keeper:{name}");

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Something that is paused.</summary>
/// <param name="Scope">What.</param>
/// <param name="By">The name of the operator's key.</param>
/// <param name="Reason">Why, in the operator's words. For operators: it is not shown to users.</param>
/// <param name="Since">Since when.</param>
public sealed record Pause(PauseScope Scope, string By, string Reason, DateTimeOffset Since);

/// <summary>What a command to pause or to resume did.</summary>
/// <param name="HasChanged">False when it was so before.</param>
/// <param name="Pause">The pause that holds now; <see langword="null"/> when there is none.</param>
public sealed record PauseChange(bool HasChanged, Pause? Pause);
