using System.Text.Json.Nodes;
using static Storms.Liars.LieContext;

namespace Storms.Liars;

/// <summary>What becomes of a whole body.</summary>
internal enum BodyFate
{
    /// <summary>It is answered, with what the lie makes of the replies.</summary>
    Answered,

    /// <summary>It is never answered.</summary>
    Hung,

    /// <summary>It is answered late.</summary>
    Delayed,

    /// <summary>The answer ends in the middle.</summary>
    Cut,

    /// <summary>HTTP 429.</summary>
    Refused,
}

/// <summary>From an honest answer to what is told instead, for one call. Pure.</summary>
internal static class Lies
{
    private const string Send = "eth_sendRawTransaction";

    /// <summary>What becomes of a body with such a call.</summary>
    public static BodyFate FateOf(Lie lie, LieContext context) => lie switch
    {
        Lie.Silent when !context.IsOdd => BodyFate.Hung,
        Lie.Slow => BodyFate.Delayed,
        Lie.Truncated => BodyFate.Cut,
        Lie.Limited when !context.IsOdd => BodyFate.Refused,
        _ => BodyFate.Answered,
    };

    /// <summary>How late an answer is: once within the timeout of two seconds, once behind it.</summary>
    public static TimeSpan DelayOf(LieContext context) => TimeSpan.FromSeconds(context.IsOdd ? 3 : 1.2);

    /// <summary>What the node is asked in the place of a call.</summary>
    public static JsonObject Ask(Lie lie, JsonObject call, LieContext context)
    {
        var changed = call.DeepClone().AsObject();
        var isKept = MethodOf(call) == Send && context.IsOdd && lie is Lie.Error or Lie.Contradictory or Lie.Null or Lie.Type or Lie.Limited;
        if (isKept)
        {
            (changed["method"], changed["params"]) = ("eth_chainId", new JsonArray());
        }
        else if (lie == Lie.Stale && changed["params"] is JsonArray parameters)
        {
            for (var i = 0; i < parameters.Count; i++)
            {
                if (parameters[i] is JsonValue value && value.TryGetValue<string>(out var tag) && tag is "latest" or "pending")
                {
                    parameters[i] = Quantity(context.StaleHead);
                }
            }
        }

        return changed;
    }

    /// <summary>What is told in the place of a reply: nothing, one, or more.</summary>
    public static IReadOnlyList<JsonObject> Tell(Lie lie, JsonObject call, JsonObject honest, LieContext context) => lie switch
    {
        Lie.Silent => [],
        Lie.Null => [Result(call, null)],
        Lie.Stale => [StaleAnswers.Tell(call, honest, context)],
        Lie.Orphaned => [OrphanedAnswers.Tell(call, honest, context)],
        Lie.Member => [Malformed.Member(honest, context.Number)],
        Lie.Type => [Malformed.Type(honest, context.Number)],
        Lie.Error => [context.Number % 4 < 2 ? Refusal(call, -32603, "Internal error") : Refusal(call, -32000, "header not found")],
        Lie.Duplicated => [honest, honest],
        Lie.Contradictory => [Untruths.Tell(call, honest, context)],
        Lie.Limited => [Refusal(call, -32005, "limit exceeded")],
        _ => [honest],
    };
}
