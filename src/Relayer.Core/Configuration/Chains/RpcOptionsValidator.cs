using System.Text.RegularExpressions;

namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks a chain's URLs and the names of who runs them.</summary>
internal static partial class RpcOptionsValidator
{
    public static void Validate(string at, IList<RpcOptions> urls, bool isDevelopment, OptionFaults faults)
    {
        faults.AddIf(urls.Count == 0, at, "at least one JSON-RPC URL is needed");
        for (var i = 0; i < urls.Count; i++)
        {
            var (key, rpc) = ($"{at}:{i}", urls[i]);
            faults.RequireSafeUrl(rpc.Url, rpc.IsPlain ? key : $"{key}:{nameof(RpcOptions.Url)}", isDevelopment);
            faults.AddIf(rpc.IsDouble, key, "has a URL of its own and one in Url; give one");
            faults.AddIf(
                rpc.Operator.Length > 0 && !Name.IsMatch(rpc.Operator), $"{key}:{nameof(RpcOptions.Operator)}",
                "is not a name (1 to 64 letters, digits, spaces and . : - _)");
        }
    }

    // No slash and no @: what is shown must not be a URL with its key by mistake.
    [GeneratedRegex(@"^[\p{L}\p{Nd} .:_-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name { get; }
}
