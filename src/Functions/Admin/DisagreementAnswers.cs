using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.Agreement;

namespace Functions.Admin;

/// <summary>A page of what providers contradicted each other about, newest first.</summary>
/// <param name="Entries">What each of them said.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record DisagreementPage(IReadOnlyList<DisagreementAnswer> Entries, string? NextCursor)
{
    /// <summary>Shows entries that were read with one more than <paramref name="limit"/>.</summary>
    public static DisagreementPage Of(IReadOnlyList<KeptStatement> kept, int limit) => new(
        [.. kept.Take(limit).Select(one => new DisagreementAnswer(
            one.At, one.ChainId.Value, one.What, one.Subject.IsEmpty ? null : Hex.Encode(one.Subject.Span), one.Height, one.Statement.Provider,
            one.Statement.Operator, one.Statement.Said, one.Statement.IsBelieved, one.ObservedFrom))],
        kept.Count > limit ? kept[limit - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>What one provider said where another said otherwise.</summary>
/// <param name="At">When it was noticed.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="What">
/// What about: <c>block</c>, which one is at the height; <c>place</c>, which block a transaction is in; <c>receipt</c>, what it did in one block;
/// <c>account</c>, what an account held after one block.
/// </param>
/// <param name="Subject">The transaction or the account; null where it is a block.</param>
/// <param name="Height">The block's height.</param>
/// <param name="Provider">What it is called: its operator, or host and port.</param>
/// <param name="Operator">Who runs it.</param>
/// <param name="Said">What it said.</param>
/// <param name="Believed">Enough operators said so.</param>
/// <param name="ObservedFrom">The instance that asked, such as a region's name.</param>
public sealed record DisagreementAnswer(
    DateTimeOffset At, long ChainId, string What, string? Subject, long Height, string Provider, string Operator, string Said, bool Believed,
    string ObservedFrom);

/// <summary>How these answers are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DisagreementPage))]
internal sealed partial class DisagreementsJson : JsonSerializerContext;
