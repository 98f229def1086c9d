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
        NodeErrorKind.FeeTooLow when ReadWei(LeastTip, message) is { } tip => new NodeFigures(LeastTip: tip),
        NodeErrorKind.FeeTooLow when ReadWei(BaseFee, message) is { } baseFee => new NodeFigures(BaseFee: baseFee),
        NodeErrorKind.TooManyResults when (ReadBlocks(message), ReadRange(message)) is var (most, retry) && (most ?? retry) is not null =>
            new NodeFigures(MostBlocks: most, RetryBlocks: retry),
        NodeErrorKind.RateLimited when ReadWait(message) is { } wait => new NodeFigures(RetryAfter: wait),
        _ => null,
    };

    private static Wei? ReadWei(Regex words, string message) =>
        words.Match(message) is { Success: true } match && Wei.TryParse(match.Groups["wei"].ValueSpan, out var wei) && !wei.IsZero ? wei : null;

    private static long? ReadBlocks(string message) =>
        MostBlocks.Match(message) is { Success: true } match
        && long.TryParse(match.Groups["blocks"].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var blocks) && blocks > 0
            ? blocks * (match.Groups["k"].Success ? 1_000 : 1)
            : null;

    private static long? ReadRange(string message)
    {
        if (Range.Match(message) is not { Success: true } match)
        {
            return null;
        }

        var style = match.Groups["hex"].Success ? NumberStyles.HexNumber : NumberStyles.None;
        return long.TryParse(match.Groups["from"].ValueSpan, style, CultureInfo.InvariantCulture, out var from)
            && long.TryParse(match.Groups["to"].ValueSpan, style, CultureInfo.InvariantCulture, out var to) && from >= 0 && to >= from
                ? to - from + 1
                : null;
    }

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

    // geth, core/state_transition.go: "max fee per gas less than block base fee: address 0x…, maxFeePerGas: 1, baseFee: 7"; nitro has it too.
    [GeneratedRegex(@"\bbaseFee: ?(?<wei>\d{1,40})(?!\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex BaseFee { get; }

    // What stands right behind words that name a limit, and never the range that was asked for. quicknode: "eth_getLogs is limited to a 10,000 range"; 1rpc:
    // "limited to 0 - 10000 blocks range"; alchemy: "up to a 500 block range"; bsc: "exceed maximum block range: 50000"; base: "block range is limited to 10,000";
    // thirdweb: "Maximum allowed number of requested blocks is 1000"; avalanche: "requested too many blocks from 1 to 5000, maximum is set to 2048"; gateways:
    // "block range too large, max is 1k blocks", "must be less than 10,000 blocks"; drpc: "ranges over 10000 blocks are not supported"; harmony: "smaller than size 1024";
    // infura: "range 1000000 exceeds limit of 10000" (INFURA/infura #237); morph: "block range = 5120, max block range = 5000"; heco: "maximin block range 5000".
    [GeneratedRegex(
        @"(\blimited to( an?)? (0 ?- ?)?|\bup to (an? )?|\bmax(imum|imin)? block range:? (= )?|\brange \d{1,12} exceeds limit of |\bmax(imum)?( allowed)?( number of requested blocks| block range)? is (set to )?|\bless than |\bsmaller than size |\branges? over )(?<blocks>\d[\d,]{0,11})(?<k>k)?(?![\w.])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex MostBlocks { get; }

    // alchemy: "this block range should work: [0x1a30dfd, 0x1a30ff0]"; reth: "query exceeds max results 20000, retry with the range 24383075-24383096".
    [GeneratedRegex(
        @"range should work: \[(?<hex>0x)(?<from>[0-9a-f]{1,15}), ?0x(?<to>[0-9a-f]{1,15})\]|retry with the range (?<from>\d{1,18})-(?<to>\d{1,18})(?!\d)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Range { get; }

    // Gateways: "try again in 30 s", "retry after 2 seconds", "Try again in 1m0s", "retry in 500ms".
    [GeneratedRegex(
        @"\b(try again|retry)( again)? (in|after) (?<number>\d{1,6}(\.\d{1,3})?) ?(?<unit>milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h)?(?![a-z])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Wait { get; }
}
