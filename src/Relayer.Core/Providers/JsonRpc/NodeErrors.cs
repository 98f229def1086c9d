namespace Relayer.Core.Providers.JsonRpc;

/// <summary>The one place where the words of nodes are read (<see cref="NodeWords"/>).</summary>
/// <remarks>
/// Codes say little: geth uses -32000 for nearly everything, gateways turn it into -32603 (openzeppelin-relayer #681),
/// and Besu uses -32005 for a gas limit where others mean a rate limit. So words come first, and codes only where words fail.
/// Whoever sends a transaction takes <see cref="NodeErrorKind.Malformed"/> for final; hence a bare "invalid params" is not read as that.
/// </remarks>
internal static class NodeErrors
{
    private const int MaxMessage = 300;

    // No node says anything to the point after this much; a hostile one shall not cost time.
    private const int MaxRead = 4096;

    // Code 3 is geth's for a revert (EIP-1474 has it reserved); the others follow it.
    private const int ExecutionReverted = 3;

    private static readonly string[] MethodWords =
    [
        "does not exist",      // geth: the method ... does not exist/is not available
        "method not",          // anvil, besu, nethermind: Method not found, not enabled
        "not supported",       // gateways
        "not available",       // alchemy, ankr: ... is not available on the Free tier
        "unauthorized method", // gateways
        "not whitelisted",     // optimism's proxyd: rpc method is not whitelisted
    ];

    private static readonly string[] PlanWords =
    [
        "plan", // quicknode, infura: upgrade your plan
        "tier", // alchemy, ankr: ... is not available on the Free tier
    ];

    /// <summary>Reads a refusal.</summary>
    /// <param name="code">The JSON-RPC code.</param>
    /// <param name="message">The node's words, of any length.</param>
    /// <param name="hasRevertData">True when revert data came with it.</param>
    public static NodeError Read(int code, string message, bool hasRevertData)
    {
        var (kind, words) = (Classify(code, message.AsSpan(0, Math.Min(message.Length, MaxRead)), hasRevertData), Bound(message));
        return new NodeError(kind, code, words) { Figures = NodeNumbers.Read(kind, words) };
    }

    /// <summary>
    /// Reads a refusal of <c>eth_getLogs</c> again: a bare "limit exceeded" means too many requests elsewhere, but here it is how
    /// some gateways (bsc) say that the range is too large, and so does infura with "range 1000000 exceeds limit of 10000". Asking for less is right either way.
    /// </summary>
    public static NodeError OfLogs(NodeError error) =>
        (error is { Kind: NodeErrorKind.RateLimited, Code: -32005 } && error.Message.Trim().Equals("limit exceeded", StringComparison.OrdinalIgnoreCase))
        || (error.Kind == NodeErrorKind.Unknown && HasWords(error.Message, "range", isWhole: true) && HasWords(error.Message, "exceeds limit", isWhole: true))
            ? error with { Kind = NodeErrorKind.TooManyResults, Figures = NodeNumbers.Read(NodeErrorKind.TooManyResults, error.Message) }
            : error;

    /// <summary>
    /// A refusal of the method itself, whatever it is asked for: the node has not switched it on, or the plan does not include it. Otherwise it is the block, or
    /// its state, that the node lacks.
    /// </summary>
    /// <param name="error">The refusal.</param>
    /// <param name="method">What was asked.</param>
    public static bool IsOfMethod(NodeError error, string method) =>
        error.Code is -32601 or -32600 or -32004
        || PlanWords.Any(words => HasWords(error.Message, words, isWhole: true))
        || ((HasWords(error.Message, "method", isWhole: false) || Contains(error.Message, method)) && MethodWords.Any(words => HasWords(error.Message, words, isWhole: false)));

    private static NodeErrorKind Classify(int code, ReadOnlySpan<char> message, bool hasRevertData)
    {
        // First of all: what a contract says may hold any of the words below, and must not be taken for the node's.
        if (code == ExecutionReverted || hasRevertData || Contains(message, "revert"))
        {
            return NodeErrorKind.Reverted;
        }

        foreach (var (words, kind) in NodeWords.Table)
        {
            if (HasWords(message, words, isWhole: kind == NodeErrorKind.AlreadyKnown))
            {
                return kind;
            }
        }

        return code switch
        {
            -32005 or -32029 or -32097 or 429 => NodeErrorKind.RateLimited,
            -32601 or -32004 => NodeErrorKind.Unsupported,
            _ => NodeErrorKind.Unknown,
        };
    }

    private static bool Contains(ReadOnlySpan<char> message, string words) =>
        message.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Words begin where a word does: "unknown transaction type" is not "known transaction". What counts as success must end there too. In names such as
    /// EVMErrorOutOfGas a capital begins a word.
    /// </summary>
    private static bool HasWords(ReadOnlySpan<char> message, string words, bool isWhole)
    {
        for (var from = 0; ;)
        {
            var at = message[from..].IndexOf(words, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            var (start, end) = (from + at, from + at + words.Length);
            if (BeginsWord(message, start) && (!isWhole || end == message.Length || !char.IsLetterOrDigit(message[end - 1]) || !char.IsLetterOrDigit(message[end])))
            {
                return true;
            }

            from = start + 1;
        }
    }

    private static bool BeginsWord(ReadOnlySpan<char> message, int at) =>
        at == 0 || !char.IsLetterOrDigit(message[at]) || !char.IsLetterOrDigit(message[at - 1]) || (char.IsUpper(message[at]) && char.IsLower(message[at - 1]));

    // Bounded and on one line: it ends up in logs, in the database and, for reverts, before users.
    private static string Bound(string message)
    {
        var bounded = message.Length > MaxMessage ? message[..MaxMessage] : message;
        return string.Create(bounded.Length, bounded, static (line, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                line[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? ' ' : text[i];
            }
        });
    }
}
