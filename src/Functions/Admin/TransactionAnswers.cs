using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;

namespace Functions.Admin;

/// <summary>A transaction as operators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Purpose">What it is for, such as <c>relay</c>.</param>
/// <param name="State"><c>reserved</c>, <c>signed</c>, <c>broadcast</c>, <c>mined</c>, <c>confirmed</c>, <c>cancelled</c>, <c>failed</c> or <c>displaced</c>.</param>
/// <param name="Signer">The account that pays.</param>
/// <param name="Nonce">The account's nonce, decimal.</param>
/// <param name="To">What it calls.</param>
/// <param name="ValueWei">Wei sent along, decimal.</param>
/// <param name="GasLimit">Gas, decimal.</param>
/// <param name="Closing">Why a noop is wanted in its place: <c>late</c>, <c>refused</c> or <c>cancelled</c>; null when none is.</param>
/// <param name="WaitsAtCap">Nothing more may be offered for it: it waits for the market to fall, or for a higher cap.</param>
/// <param name="CappedAt">Since when it waits there.</param>
/// <param name="ExpiresAt">From when on its nonce is closed instead.</param>
/// <param name="TransactionHash">The mined version's hash.</param>
/// <param name="BlockNumber">Where it was mined.</param>
/// <param name="FeeWei">What was paid for it beside the value, decimal.</param>
/// <param name="CreatedAt">When it was recorded.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="Attempts">Every signed version, oldest first; any of them may be the one that is mined.</param>
public sealed record TransactionAnswer(
    string Id, long ChainId, string Purpose, string State, string Signer, string Nonce, string To, string ValueWei, string GasLimit,
    string? Closing, bool WaitsAtCap, DateTimeOffset? CappedAt, DateTimeOffset? ExpiresAt, string? TransactionHash, long? BlockNumber,
    string? FeeWei, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<AttemptAnswer> Attempts)
{
    private static readonly string[] InFlight = ["reserved", "signed", "broadcast"];

    /// <summary>Shows a transaction.</summary>
    public static TransactionAnswer Of(TransactionView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var cappedAt = InFlight.Contains(view.State) ? view.CappedAt : null;
        return new TransactionAnswer(
            view.Id.ToString(), view.ChainId.Value, view.Purpose, view.State, view.Signer.ToString(),
            view.Nonce.ToString(CultureInfo.InvariantCulture), view.To.ToString(), view.Value.ToString(),
            view.GasLimit.ToString(CultureInfo.InvariantCulture), ClosingName(view.Closing), cappedAt is not null, cappedAt, view.ExpiresAt,
            view.Hash?.ToString(), view.BlockNumber, view.Fee?.ToString(), view.CreatedAt, view.UpdatedAt,
            [.. view.Attempts.Select(AttemptAnswer.Of)]);
    }

    private static string? ClosingName(CancelReason? closing) => closing switch
    {
        CancelReason.Late => "late",
        CancelReason.Refused => "refused",
        CancelReason.Cancelled => "cancelled",
        _ => null,
    };
}

/// <summary>A signed version.</summary>
/// <param name="TransactionHash">Its hash.</param>
/// <param name="SelfSend">It only closes the nonce.</param>
/// <param name="MaxFeePerGasWei">The most it pays for gas, decimal; of a legacy transaction its price.</param>
/// <param name="MaxPriorityFeePerGasWei">The tip in it, decimal; null in a legacy transaction.</param>
/// <param name="CreatedAt">When it was signed.</param>
public sealed record AttemptAnswer(
    string TransactionHash, bool SelfSend, string? MaxFeePerGasWei, string? MaxPriorityFeePerGasWei, DateTimeOffset CreatedAt)
{
    /// <summary>Shows a version.</summary>
    public static AttemptAnswer Of(AttemptView attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return new AttemptAnswer(
            attempt.Hash.ToString(), attempt.IsNoop, attempt.Fees?.MaxPrice.ToString(),
            (attempt.Fees as TransactionFees.Dynamic)?.MaxPriorityFee.ToString(), attempt.CreatedAt);
    }
}

/// <summary>A page of transactions, the oldest first.</summary>
/// <param name="Transactions">The transactions.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record TransactionPage(IReadOnlyList<TransactionAnswer> Transactions, string? NextCursor)
{
    /// <summary>Shows transactions that were read with one more than <paramref name="limit"/>.</summary>
    public static TransactionPage Of(IReadOnlyList<TransactionView> views, int limit) => new(
        [.. views.Take(limit).Select(TransactionAnswer.Of)], views.Count > limit ? views[limit - 1].Id.ToString() : null);
}

/// <summary>What a command did to a transaction.</summary>
/// <param name="Outcome">
/// <c>done</c>: the version that replaces the others is out, and the chain decides which is mined. <c>recorded</c>: the wish is on record
/// and is carried out as soon as it can be. <c>fee_at_cap</c>: the same, while nothing more may be offered.
/// </param>
/// <param name="Transaction">How it stands now.</param>
public sealed record ReplacementAnswer(string Outcome, TransactionAnswer Transaction);

/// <summary>How answers about transactions are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TransactionAnswer))]
[JsonSerializable(typeof(TransactionPage))]
[JsonSerializable(typeof(ReplacementAnswer))]
internal sealed partial class TransactionJson : JsonSerializerContext;
