using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Signers;

namespace Functions.Admin;

/// <summary>A chain's signers.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Signers">Those whose keys are available, and all that were ever used.</param>
public sealed record SignersAnswer(long ChainId, IReadOnlyList<SignerAnswer> Signers);

/// <summary>How a signer stands.</summary>
/// <param name="Address">The account.</param>
/// <param name="BalanceWei">What it holds, decimal; null while no provider answers.</param>
/// <param name="NextNonce">The nonce that its next transaction takes, decimal.</param>
/// <param name="ChainNonce">The chain's next nonce for it, decimal; null while no provider answers.</param>
/// <param name="InFlight">Its transactions that are not mined yet.</param>
/// <param name="Paused">It takes nothing new; what is in flight goes on.</param>
/// <param name="Cause"><c>operator</c>, <c>balance</c> or <c>errors</c>; only an operator's pause has to be ended by one.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="RetryAt">With <c>errors</c>: when it is tried again, if nothing of it is taken before.</param>
public sealed record SignerAnswer(
    string Address, string? BalanceWei, string NextNonce, string? ChainNonce, int InFlight, bool Paused, string? Cause, string? Reason,
    DateTimeOffset? Since, DateTimeOffset? RetryAt)
{
    /// <summary>Shows a signer.</summary>
    public static SignerAnswer Of(SignerStatus signer, Wei? balance, ulong? chainNonce)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return new SignerAnswer(
            signer.Address.ToString(), balance?.ToString(), signer.NextNonce.ToString(CultureInfo.InvariantCulture),
            chainNonce?.ToString(CultureInfo.InvariantCulture), signer.InFlight, signer.Pause is not null, signer.Pause?.Cause,
            signer.Pause?.Reason, signer.Pause?.Since, signer.Pause?.Cause == SignerPauseCause.Errors ? signer.RetryAt : null);
    }
}

/// <summary>What a command did to a signer.</summary>
/// <param name="Changed">False when it was so before.</param>
/// <param name="Signer">How it stands now.</param>
public sealed record SignerCommandAnswer(bool Changed, SignerAnswer Signer);

/// <summary>How answers about signers are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SignersAnswer))]
[JsonSerializable(typeof(SignerCommandAnswer))]
internal sealed partial class SignerJson : JsonSerializerContext;
