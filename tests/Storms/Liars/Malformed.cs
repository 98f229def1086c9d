using System.Text.Json.Nodes;

namespace Storms.Liars;

/// <summary>Answers of a wrong shape. Pure.</summary>
internal static class Malformed
{
    /// <summary>A member is missing, another one each time, or there is one more.</summary>
    public static JsonObject Member(JsonObject honest, int number)
    {
        var reply = honest.DeepClone().AsObject();
        var parent = ObjectIn(reply["result"]);
        if (number % 2 != 0)
        {
            (parent ?? reply)["extra"] = new JsonObject { ["nested"] = new JsonArray(number) };
        }
        else if (parent is { Count: > 0 })
        {
            parent.Remove(NameAt(parent, number / 2));
        }
        else
        {
            reply.Remove("result");
            reply.Remove("error");
        }

        return reply;
    }

    /// <summary>The result, or a member of it, another one each time, is of another type.</summary>
    public static JsonObject Type(JsonObject honest, int number)
    {
        var reply = honest.DeepClone().AsObject();
        if (number % 2 != 0 && ObjectIn(reply["result"]) is { Count: > 0 } parent)
        {
            var name = NameAt(parent, number / 2);
            parent[name] = Other(parent[name], number / 2);
        }
        else
        {
            var other = Other(reply["result"], number / 2);
            reply.Remove("error");
            reply["result"] = other;
        }

        return reply;
    }

    private static string NameAt(JsonObject parent, int place) => parent.ElementAt(place % parent.Count).Key;

    private static JsonObject? ObjectIn(JsonNode? result) => result switch
    {
        JsonObject one => one,
        JsonArray { Count: > 0 } list => ObjectIn(list[0]),
        _ => null,
    };

    private static JsonNode Other(JsonNode? value, int number) => value switch
    {
        JsonObject => number % 2 == 0 ? "0x1" : new JsonArray(1),
        JsonArray => number % 2 == 0 ? new JsonObject { ["0"] = 1 } : 17,
        _ => (number % 3) switch { 0 => 17, 1 => new JsonArray(1), _ => new JsonObject { ["value"] = true } },
    };
}
