using System.Text;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Relay;

/// <summary>A function of a target that is sponsored.</summary>
/// <param name="Text">As it is configured.</param>
/// <param name="Selector">Its selector, big-endian; <see langword="null"/> for all that are not named by themselves.</param>
/// <param name="MaxDataBytes">The most calldata.</param>
/// <param name="Shape">The one encoding of its arguments that is taken; <see langword="null"/> where any is.</param>
/// <param name="IsUnchecked">Any is taken, and nobody asked for that: there is no signature to check it by.</param>
/// <param name="Budget">What it may cost together with the others of its entry; <see langword="null"/> where there is no limit.</param>
public sealed record SponsoredFunction(string Text, uint? Selector, int MaxDataBytes, CalldataShape? Shape, bool IsUnchecked, Budget? Budget)
{
    /// <summary>Who may have it relayed.</summary>
    public CallersNeeded Callers { get; init; }

    /// <summary>The functions of the entries of one target.</summary>
    internal static IReadOnlyList<SponsoredFunction> Read(IEnumerable<TargetOptions> entries, int maxDataBytes) =>
        [.. entries.SelectMany(entry => entry.Functions.Select(text => Read(text, entry, maxDataBytes, BudgetOf(entry))))];

    private static SponsoredFunction Read(string text, TargetOptions entry, int maxDataBytes, Budget? budget)
    {
        if (!AllowedFunction.TryParse(text, out var function))
        {
            throw new FormatException($"'{text}' is not a function");
        }

        var isAny = entry.Encoding.Equals("any", StringComparison.OrdinalIgnoreCase);
        return new(text, function.Selector, entry.MaxDataBytes ?? maxDataBytes, isAny ? null : function.Shape, !isAny && function.Shape is null, budget)
        {
            Callers = Enum.Parse<CallersNeeded>(entry.Callers, ignoreCase: true),
        };
    }

    /// <summary>The entry is told by its contract and its functions, so that its place in the list does not matter.</summary>
    private static Budget? BudgetOf(TargetOptions entry)
    {
        var limit = new BudgetLimit(BudgetText.Read(entry.HourWei, null), BudgetText.Read(entry.DayWei, null));
        var mark = Keccak256.Hash(Encoding.UTF8.GetBytes(string.Join('\n', entry.Functions.Order(StringComparer.Ordinal))));
        return limit.IsNone ? null : new(BudgetScope.Target, (byte[])[.. entry.Address!.Value.Span, .. mark.ToArray().AsSpan(0, 4)], limit);
    }
}
