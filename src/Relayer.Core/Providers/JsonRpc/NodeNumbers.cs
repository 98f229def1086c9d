using System.Globalization;
using System.Text.RegularExpressions;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>Reads the numbers in nodes' words that say what is needed. Pure.</summary>
internal static partial class NodeNumbers
{
    /// <summary>What a refusal says is needed; <see langword="null"/> for nothing that is understood.</summary>
    /// <param name="kind">What it means.</param>
    /// <param name="message">The node's words, of bounded length.</param>
    public static NodeFigures? Read(NodeErrorKind kind, string message) => kind switch
    {
        NodeErrorKind.FeeTooLow when ReadTip(message) is { } tip => new NodeFigures(LeastTip: tip),
        NodeErrorKind.RateLimited when ReadWait(message) is { } wait => new NodeFigures(RetryAfter: wait),
        _ => null,
    };

    private static Wei? ReadTip(string message) =>
        LeastTip.Match(message) is { Success: true } match && Wei.TryParse(match.Groups["wei"].ValueSpan, out var tip) && !tip.IsZero ? tip : null;

    private static TimeSpan? ReadWait(string message)
    {
        if (Wait.Match(message) is not { Success: true } match || !double.TryParse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var unit = match.Groups["unit"].Value.ToLowerInvariant();
        var seconds = number * (unit.StartsWith("ms", StringComparison.Ordinal) || unit.StartsWith("mil", StringComparison.Ordinal) ? 0.001 : unit.StartsWith('m') ? 60 : unit.StartsWith('h') ? 3600 : 1);
        return seconds is > 0 and < 86_400 ? TimeSpan.FromSeconds(seconds) : null;
    }

    // geth since 1.12, core/txpool/validation.go: "gas tip cap 1, minimum needed 1000000000"; before, and forks of it (bor, bsc): "tip needed
    // 1000000000, tip permitted 1"; openethereum: "does not satisfy your node's minimal gas price (minimal: 1000000000, got: 1)".
    [GeneratedRegex(@"(gas tip cap \d{1,40}, minimum needed |\btip needed |minimal gas price \(minimal: )(?<wei>\d{1,40})(?!\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LeastTip { get; }

    // Gateways: "try again in 30 s", "retry after 2 seconds", "Try again in 1m0s", "retry in 500ms".
    [GeneratedRegex(
        @"\b(try again|retry)( again)? (in|after) (?<number>\d{1,6}(\.\d{1,3})?) ?(?<unit>milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)?(?![a-z])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Wait { get; }
}
