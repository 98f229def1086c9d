using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Chains;

namespace Relayer.Core.Configuration.Reading;

/// <summary>Reads a chain's URLs, which stand alone or with what else is said of them: the binders know either, not both.</summary>
internal static class RpcTexts
{
    /// <summary>Fills them anew, in the order of their keys.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="section">Where its URLs stand.</param>
    public static void Fill(ChainOptions chain, IConfigurationSection section)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        if (children.Length == 0)
        {
            return;
        }

        chain.Rpc.Clear();
        foreach (var child in children)
        {
            var (plain, url) = (child.Value, child[nameof(RpcOptions.Url)]);
            chain.Rpc.Add(new RpcOptions
            {
                Url = url ?? plain ?? "",
                Operator = child[nameof(RpcOptions.Operator)] ?? "",
                IsPlain = url is null && plain is not null,
                IsDouble = url is not null && !string.IsNullOrEmpty(plain),
            });
        }
    }
}
