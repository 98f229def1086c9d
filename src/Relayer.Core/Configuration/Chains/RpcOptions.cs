namespace Relayer.Core.Configuration.Chains;

/// <summary>
/// A JSON-RPC URL of a chain and who runs what is behind it, bound from <c>Chains:{name}:Rpc:N</c>. Where nothing but the URL is said, it may stand in
/// the place of all: <c>Chains__{name}__Rpc__{n}</c> is the same as with <c>__Url</c>.
/// </summary>
public sealed class RpcOptions
{
    /// <summary>The URL, the preferred one of a chain first; at least one. In Production https, but for this machine's own. It may hold a key: never logged or shown.</summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// Who runs it: up to 64 letters, digits, spaces and <c>. : - _</c>. It is what logs and answers show. Several URLs of one operator count once wherever providers have
    /// to agree. Left out: the URL's host name; on this machine with the port.
    /// </summary>
    public string Operator { get; set; } = "";

    /// <summary>Whose word an answer is.</summary>
    internal string OperatorName => Operator.Trim() is { Length: > 0 } name ? name
        : Uri.TryCreate(Url, UriKind.Absolute, out var url) ? url.IsLoopback ? url.Authority : url.Host : "";

    /// <summary>The URL alone, whose key is that of the whole.</summary>
    internal bool IsPlain { get; init; }

    /// <summary>There is a URL in both places.</summary>
    internal bool IsDouble { get; init; }

    /// <summary>A URL of whoever its host name says.</summary>
    public static implicit operator RpcOptions(string url) => FromString(url);

    /// <summary>How many operators some URLs have.</summary>
    internal static int CountOperators(IEnumerable<RpcOptions> urls) => urls.DistinctBy(one => one.OperatorName, StringComparer.OrdinalIgnoreCase).Count();

    /// <summary>A URL of whoever its host name says.</summary>
    public static RpcOptions FromString(string url) => new() { Url = url, IsPlain = true };
}
