using System.Text.Json;
using Relayer.Core.Ethereum;
using static Relayer.Core.Providers.JsonRpc.RpcShape;
using static Relayer.Core.Providers.JsonRpc.RpcValues;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>A transaction's calls as geth's <c>callTracer</c> tells them. What is under a call that failed did not happen.</summary>
internal static class CallTree
{
    /// <summary>What the calls paid to an account.</summary>
    public static IReadOnlyList<NativePayment> Read(JsonElement root, long block, Hash32 hash, Address to)
    {
        var found = new List<NativePayment>();
        var open = new Stack<(JsonElement Call, bool IsInternal)>([(root, false)]);
        while (open.TryPop(out var next))
        {
            var (call, isInternal) = next;
            RequireObject(call, "a call");
            if (Optional(call, "error") is not null)
            {
                continue;
            }

            if (Pays(call) && Optional(call, "to") is { } recipient && ReadAddress(recipient) == to
                && Optional(call, "value") is { } carried && ReadWei(carried) is { IsZero: false } value)
            {
                found.Add(new NativePayment(block, hash, ReadAddress(Required(call, "from")), value, isInternal));
            }

            if (Optional(call, "calls") is { } calls)
            {
                foreach (var inner in RequireArray(calls, "calls"))
                {
                    open.Push((inner, true));
                }
            }
        }

        return found;
    }

    // A delegate call shows the value of the call it stands in, and moves nothing.
    private static bool Pays(JsonElement call) => Required(call, "type").GetString() is "CALL" or "SELFDESTRUCT";
}
