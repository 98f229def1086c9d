using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Functions.Tests.Relay;

/// <summary>Bodies that are no requests at all, or whose members are not what they should be.</summary>
internal static class BadBodies
{
    private static readonly string TooBig = (System.Numerics.BigInteger.One << 256).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static IReadOnlyList<BadCase> All { get; } =
    [
        // Not JSON, or not an object.
        BadCase.Post("empty body", ""),
        BadCase.Post("blank body", " \n\t "),
        BadCase.Post("null", "null"),
        BadCase.Post("a list", "[]"),
        BadCase.Post("a string", "\"relay\""),
        BadCase.Post("a number", "1"),
        BadCase.Post("an empty object", "{}"),
        BadCase.Post("not JSON", "chainId=31337&forwarder=0x00"),
        BadCase.Text("truncated", text => text[..(text.Length / 2)]),
        BadCase.Text("more after the end", text => text + "{}"),
        BadCase.Text("a comment", text => "/* hello */" + text),
        BadCase.Text("a trailing comma", text => text[..^1] + ",}"),
        BadCase.Text("single quotes", text => text.Replace('"', '\'')),
        BadCase.Post("objects nested 100,000 deep", 400, BadCase.Malformed, _ => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)))),
        BadCase.Post("lists nested 100,000 deep", 400, BadCase.Malformed, _ => Encoding.UTF8.GetBytes(new string('[', 100_000))),
        BadCase.Json("a member nested deeply", body => body["request"]!["data"] = JsonNode.Parse(new string('[', 30) + new string(']', 30))),
        BadCase.Post("10 MB", 413, "payload_too_large", _ => new byte[10_000_000]),
        BadCase.Post("10 MB of a valid shape", 413, "payload_too_large", input => Padded(input, 10_000_000)),
        new BadCase("10 MB in chunks", 413, "payload_too_large", _ => Chunked(new byte[10_000_000])),
        new BadCase("compressed", 400, BadCase.Malformed, input => Compressed(Whole(input))),
        BadCase.Post("invalid UTF-8", 400, BadCase.Malformed, _ => [.. "{\"chainId\":1,\"forwarder\":\""u8, 0xff, 0xfe, 0xc0, .. "\"}"u8]),
        BadCase.Post("UTF-16", 400, BadCase.Malformed, input => Encoding.Unicode.GetBytes(input.Good(input.World.Infinex).ToJsonString())),
        BadCase.Text("half a surrogate pair", text => text.Replace("\"signature\":\"", "\"signature\":\"\\ud800", StringComparison.Ordinal)),
        BadCase.Text("half a surrogate pair in a name", text => text.Replace("\"signature\"", "\"\\udc00\"", StringComparison.Ordinal)),
        BadCase.Post("plain text", 415, "unsupported_media_type", input => Whole(input), "text/plain"),
        BadCase.Post("a form", 415, "unsupported_media_type", input => Whole(input), "application/x-www-form-urlencoded"),
        BadCase.Post("no content type", 415, "unsupported_media_type", input => Whole(input), null),

        // Members missing, unknown, twice, null or of another type.
        .. new[] { "chainId", "forwarder", "request", "signature" }.SelectMany(name => new[]
        {
            BadCase.Json($"no {name}", body => body.Remove(name)),
            BadCase.Json($"{name} is null", body => body[name] = null),
            BadCase.Json($"{name} is a list", body => body[name] = new JsonArray(1)),
            BadCase.Json($"{name} is true", body => body[name] = true),
        }),
        .. new[] { "from", "to", "value", "gas", "nonce", "data" }.SelectMany(name => new[]
        {
            BadCase.Json($"no request.{name}", body => body["request"]!.AsObject().Remove(name)),
            BadCase.Json($"request.{name} is null", body => body["request"]![name] = null),
            BadCase.Json($"request.{name} is a number", body => body["request"]![name] = 7),
            BadCase.Json($"request.{name} is an object", body => body["request"]![name] = new JsonObject { ["a"] = 1 }),
            BadCase.Json($"request.{name} is empty", body => body["request"]![name] = ""),
        }),
        BadCase.Json("an unknown member", body => body["gasPrice"] = "1"),
        BadCase.Json("an unknown member of the request", body => body["request"]!["gasPrice"] = "1"),
        BadCase.Json("a member in another case", body => body["ChainId"] = 31337),
        BadCase.Text("chainId twice", text => "{\"chainId\":1," + text[1..]),
        BadCase.Text("request.from twice", text => text.Replace(
            "\"request\":{", "\"request\":{\"from\":\"0x0000000000000000000000000000000000000001\",", StringComparison.Ordinal)),
        BadCase.Text("a member twice, once escaped", text => "{\"ch\\u0061inId\":1," + text[1..]),

        // Chain.
        BadCase.Json("chainId 0", body => body["chainId"] = 0),
        BadCase.Json("chainId negative", body => body["chainId"] = -31337),
        BadCase.Json("chainId with a fraction", body => body["chainId"] = 31337.5),
        BadCase.Json("chainId a string", body => body["chainId"] = "31337"),
        BadCase.Text("chainId above 64 bits", text => text.Replace("31337", "18446744073709551617", StringComparison.Ordinal)),
        BadCase.Text("chainId not a number", text => text.Replace("31337", "NaN", StringComparison.Ordinal)),

        // Addresses.
        .. new[] { "from", "to" }.SelectMany(name => Addresses($"request.{name}", body => body["request"]!.AsObject(), name)),
        .. Addresses("forwarder", body => body, "forwarder"),

        // Numbers.
        .. new[] { "value", "gas", "nonce" }.SelectMany(name => new[]
        {
            Member($"request.{name} negative", name, "-1"),
            Member($"request.{name} is 2^256", name, TooBig),
            Member($"request.{name} above 2^256 in hexadecimal", name, "0x1" + new string('0', 64)),
            Member($"request.{name} with 100,000 digits", name, new string('9', 100_000)),
            Member($"request.{name} with a sign", name, "+1"),
            Member($"request.{name} with a fraction", name, "1.0"),
            Member($"request.{name} with an exponent", name, "1e3"),
            Member($"request.{name} with a space", name, " 1"),
            Member($"request.{name} with a separator", name, "1,000"),
            Member($"request.{name} in other digits", name, "１２"),
            Member($"request.{name} is 0x", name, "0x"),
            Member($"request.{name} not hexadecimal", name, "0xfg"),
        }),

        // Data.
        Member("odd-length data", "data", "0xd09de08"),
        Member("data without 0x", "data", "d09de08a"),
        Member("data not hexadecimal", "data", "0xd09de0zz"),
        Member("data with a space", "data", "0xd09de08a "),

        // Deadlines by shape.
        BadCase.Json("no deadline with OpenZeppelin", body => body["request"]!.AsObject().Remove("deadline")),
        BadCase.Json("deadline null with OpenZeppelin", body => body["request"]!["deadline"] = null),
        BadCase.Json("deadline a string", body => body["request"]!["deadline"] = "1790000000"),
        BadCase.Json("deadline negative", body => body["request"]!["deadline"] = -1),
        BadCase.Json("deadline with a fraction", body => body["request"]!["deadline"] = 1790000000.5),
        BadCase.Json("deadline 2^48", body => body["request"]!["deadline"] = 1L << 48),
        BadCase.Json("deadline 2^63 - 1", body => body["request"]!["deadline"] = long.MaxValue),
        BadCase.Text("deadline above 64 bits", text => text.Replace("\"deadline\":", "\"deadline\":99999999999", StringComparison.Ordinal)),
        BadCase.Json("deadline with Infinex", body => body["request"]!["deadline"] = RelayWorld.InSeconds(300), dialect: "Infinex"),
    ];

    private static BadCase Member(string name, string member, string text) => BadCase.Json(name, body => body["request"]![member] = text);

    private static IEnumerable<BadCase> Addresses(string name, Func<JsonObject, JsonObject> find, string member)
    {
        return
        [
            Spoilt("with a wrong checksum", FlipCase),
            Spoilt("of 19 bytes", text => text[..^2]),
            Spoilt("of 21 bytes", text => text + "00"),
            Spoilt("of odd length", text => text[..^1]),
            Spoilt("without 0x", text => text[2..]),
            Spoilt("not hexadecimal", text => text[..^1] + "g"),
            Spoilt("by name", _ => "vitalik.eth"),
            Spoilt("with a space", text => text + " "),
        ];

        BadCase Spoilt(string what, Func<string, string> change) => BadCase.Json($"{name} {what}", body =>
        {
            var owner = find(body);
            owner[member] = change((string)owner[member]!);
        });
    }

    /// <summary>Still mixed case, but one letter is in the wrong one.</summary>
    private static string FlipCase(string address)
    {
        var letters = Enumerable.Range(2, 40).Where(i => char.IsAsciiLetter(address[i]));
        return letters.Select(Flipped).First(text => text[2..].Any(char.IsAsciiLetterLower) && text[2..].Any(char.IsAsciiLetterUpper));

        string Flipped(int place) =>
            address[..place]
            + (char.IsAsciiLetterLower(address[place]) ? char.ToUpperInvariant(address[place]) : char.ToLowerInvariant(address[place]))
            + address[(place + 1)..];
    }

    private static byte[] Whole(BadInput input) => Encoding.UTF8.GetBytes(input.Good(input.World.OpenZeppelin).ToJsonString());

    private static HttpRequestMessage Chunked(byte[] body)
    {
        var request = Post(body);
        request.Headers.TransferEncodingChunked = true;
        return request;
    }

    /// <summary>What unpacks to much is not unpacked at all.</summary>
    private static HttpRequestMessage Compressed(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest))
        {
            packer.Write(body);
        }

        var request = Post(packed.ToArray());
        request.Content!.Headers.ContentEncoding.Add("gzip");
        return request;
    }

    private static HttpRequestMessage Post(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return new HttpRequestMessage(HttpMethod.Post, "api/relay") { Content = content };
    }

    private static byte[] Padded(BadInput input, int size)
    {
        var body = input.Good(input.World.OpenZeppelin);
        body["request"]!["data"] = "0xd09de08a" + new string('0', size);
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }
}
