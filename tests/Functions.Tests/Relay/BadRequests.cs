using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;

namespace Functions.Tests.Relay;

/// <summary>Well-formed requests that must not be relayed, and wrong questions.</summary>
internal static class BadRequests
{
    private const string Id = "0x1111111111111111111111111111111111111111111111111111111111111111";
    private const string Somebody = "0x00000000000000000000000000000000000000aa";

    public static IReadOnlyList<BadCase> All { get; } =
    [
        // Where it goes.
        BadCase.Json("another chain", body => body["chainId"] = 1, 404, RefusalCode.UnknownChain),
        BadCase.Json("the greatest chain id", body => body["chainId"] = long.MaxValue, 404, RefusalCode.UnknownChain),
        BadCase.Json("an unknown forwarder", body => body["forwarder"] = Somebody, 404, RefusalCode.UnknownForwarder),
        BadCase.Json("the target as forwarder", 404, RefusalCode.UnknownForwarder, input =>
        {
            var body = input.Good(input.World.OpenZeppelin);
            body["forwarder"] = input.World.Target.ToString();
            return body;
        }),
        BadCase.Json("a message of the other dialect", 400, BadCase.Malformed, input =>
        {
            var body = input.Good(input.World.Infinex);
            body["forwarder"] = input.World.OpenZeppelin.Address.ToString();
            return body;
        }),

        // Who signed, and what.
        .. new[] { "OpenZeppelin", "Infinex" }.SelectMany(dialect => new[]
        {
            BadCase.Json($"{dialect}: signed by somebody else", 401, RefusalCode.SignatureMismatch, input =>
            {
                var message = input.World.Message(input.World.Of(dialect), new Wallet());
                return RelayPost.Of(input.World.Of(dialect), message, new Wallet().Sign(input.World.Of(dialect), message).ToString());
            }),
            BadCase.Json($"{dialect}: signed for another chain", 401, RefusalCode.SignatureMismatch, input =>
            {
                var here = input.World.Of(dialect);
                return input.SignedFor(RelayWorld.Create(dialect, 1, here.Address, here.Domain.Name!), here);
            }),
            BadCase.Json($"{dialect}: signed for another forwarder", 401, RefusalCode.SignatureMismatch, input =>
            {
                var here = input.World.Of(dialect);
                return input.SignedFor(RelayWorld.Create(dialect, here.ChainId.Value, input.World.Target, here.Domain.Name!), here);
            }),
            BadCase.Json($"{dialect}: signed under another name", 401, RefusalCode.SignatureMismatch, input =>
            {
                var here = input.World.Of(dialect);
                return input.SignedFor(RelayWorld.Create(dialect, here.ChainId.Value, here.Address, "Somebody's forwarder"), here);
            }),
            BadCase.Json(
                $"{dialect}: signed for other data", body => body["request"]!["data"] = Hex.Encode(Calls.Burn(1)), 401, RefusalCode.SignatureMismatch, dialect),
            BadCase.Json($"{dialect}: signed for other gas", body => body["request"]!["gas"] = "99999", 401, RefusalCode.SignatureMismatch, dialect),
            BadCase.Json($"{dialect}: signed for another nonce", body => body["request"]!["nonce"] = "1", 401, RefusalCode.SignatureMismatch, dialect),
            BadCase.Json($"{dialect}: from somebody else", body => body["request"]!["from"] = Somebody, 401, RefusalCode.SignatureMismatch, dialect),
        }),
        BadCase.Json(
            "signed for another deadline", body => body["request"]!["deadline"] = (long)RelayWorld.InSeconds(400), 401, RefusalCode.SignatureMismatch),
        BadCase.Json("the zero address with a random signature", body => body["request"]!["from"] = Address.Zero.ToString(), 401, RefusalCode.SignatureMismatch),

        // Signatures that are none.
        Signature("an empty signature", _ => "0x"),
        Signature("a signature of 64 bytes", signature => signature[..^2]),
        Signature("a signature of 66 bytes", signature => signature + "00"),
        Signature("a signature of odd length", signature => signature[..^1]),
        Signature("a signature without 0x", signature => signature[2..]),
        Signature("a signature not hexadecimal", signature => signature[..^1] + "x"),
        Signature("a signature of 100,000 bytes", _ => "0x" + new string('1', 200_000)),
        Signature("the high-s twin of a signature", HighS),
        Signature("v = 2", signature => signature[..^2] + "02"),
        Signature("v = 26", signature => signature[..^2] + "1a"),
        Signature("v = 29", signature => signature[..^2] + "1d"),
        Signature("v = 255", signature => signature[..^2] + "ff"),
        Signature("r = 0", signature => "0x" + new string('0', 64) + signature[66..]),
        Signature("s = 0", signature => signature[..66] + new string('0', 64) + signature[130..]),
        Signature("r = n", signature => "0x" + Hex.Encode(Calls.Word(Secp256k1.Order))[2..] + signature[66..]),
        Signature("r = 2^256 - 1", signature => "0x" + new string('f', 64) + signature[66..]),
        Signature("s = n", signature => signature[..66] + Hex.Encode(Calls.Word(Secp256k1.Order))[2..] + signature[130..]),
        Signature("all zero", _ => "0x" + new string('0', 130)),
        Signature(
            "the other recovery id", signature => signature[..^2] + (signature.EndsWith("1b", StringComparison.Ordinal) ? "1c" : "1b"),
            401, RefusalCode.SignatureMismatch),

        // Time.
        BadCase.Signed("a deadline in the past", 422, RefusalCode.DeadlinePassed, message => message with { Deadline = RelayWorld.InSeconds(-60) }),
        BadCase.Signed("deadline 0", 422, RefusalCode.DeadlinePassed, message => message with { Deadline = 0 }),
        BadCase.Signed("a deadline too near", 422, RefusalCode.DeadlinePassed, message => message with { Deadline = RelayWorld.InSeconds(3) }),
        BadCase.Signed("a deadline too far", 422, RefusalCode.DeadlineTooFar, message => message with { Deadline = RelayWorld.InSeconds(3_700) }),
        BadCase.Signed("a deadline in milliseconds", 422, RefusalCode.DeadlineTooFar, message => message with { Deadline = RelayWorld.InSeconds(60) * 1000 }),
        BadCase.Signed("the farthest deadline", 422, RefusalCode.DeadlineTooFar, message => message with { Deadline = (1UL << 48) - 1 }),

        // Nonces.
        BadCase.Json("OpenZeppelin: a spent nonce", 409, RefusalCode.NonceUsed, input => input.SignedBy(
            input.Spent, input.World.OpenZeppelin, message => message with { Deadline = message.Deadline + 1 })),
        BadCase.Json("Infinex: a spent nonce", 409, RefusalCode.NonceUsed, input => input.SignedBy(
            input.Spent, input.World.Infinex, message => message with { Nonce = input.SpentNonce, Gas = message.Gas + 1 })),
        BadCase.Signed("a gap of one", 409, RefusalCode.NonceGap, message => message with { Nonce = 1 }),
        BadCase.Signed("a random nonce with OpenZeppelin", 409, RefusalCode.NonceGap, message => message with { Nonce = UInt256.MaxValue }),

        // Gas.
        .. new[] { "OpenZeppelin", "Infinex" }.SelectMany(dialect => new[]
        {
            BadCase.Signed($"{dialect}: gas 0", 422, RefusalCode.GasAboveLimit, message => message with { Gas = 0 }, dialect),
            BadCase.Signed($"{dialect}: gas over the cap", 422, RefusalCode.GasAboveLimit, message => message with { Gas = 2_000_001 }, dialect),
            BadCase.Signed($"{dialect}: gas 2^63", 422, RefusalCode.GasAboveLimit, message => message with { Gas = 1UL << 63 }, dialect),
            BadCase.Signed($"{dialect}: gas 2^64 - 1", 422, RefusalCode.GasAboveLimit, message => message with { Gas = ulong.MaxValue }, dialect),
        }),
        BadCase.Json("gas 2^64", body => body["request"]!["gas"] = "18446744073709551616", 422, RefusalCode.GasAboveLimit),
        BadCase.Json("gas 2^256 - 1", body => body["request"]!["gas"] = UInt256.MaxValue.ToString(), 422, RefusalCode.GasAboveLimit),

        // Policy.
        BadCase.Signed("value", 403, RefusalCode.ValueNotAllowed, message => message with { Value = new Wei(1) }),
        BadCase.Signed("the greatest value", 403, RefusalCode.ValueNotAllowed, message => message with { Value = new Wei(UInt256.MaxValue) }, "Infinex"),
        BadCase.Signed("a forbidden target", 403, RefusalCode.TargetNotAllowed, message => message with { To = Address.Parse(Somebody) }),
        BadCase.Signed("the zero address as target", 403, RefusalCode.TargetNotAllowed, message => message with { To = Address.Zero }),
        BadCase.Json("the forwarder as target", 403, RefusalCode.TargetNotAllowed, input => input.SignedBy(
            new Wallet(), input.World.OpenZeppelin, message => message with { To = input.World.OpenZeppelin.Address })),
        BadCase.Signed("a forbidden selector", 403, RefusalCode.SelectorNotAllowed, message => message with { Data = Calls.Forbidden }),
        BadCase.Signed("an unknown selector", 403, RefusalCode.SelectorNotAllowed, message => message with { Data = new byte[] { 1, 2, 3, 4 } }, "Infinex"),
        BadCase.Signed("empty data", 403, RefusalCode.SelectorNotAllowed, message => message with { Data = Array.Empty<byte>() }),
        BadCase.Signed("data of 3 bytes", 403, RefusalCode.SelectorNotAllowed, message => message with { Data = Calls.Increment.AsMemory(0, 3) }),
        BadCase.Signed(
            "data above the limit", 413, RefusalCode.PayloadTooLarge, message => message with { Data = (byte[])[.. Calls.Increment, .. new byte[32 * 1024]] }),
        BadCase.Signed(
            "one byte behind a call", 422, RefusalCode.CalldataNotCanonical, message => message with { Data = (byte[])[.. Calls.Increment, 0] }),
        BadCase.Signed(
            "junk behind the arguments", 422, RefusalCode.CalldataNotCanonical,
            message => message with { Data = (byte[])[.. Calls.Burn(1), .. Enumerable.Repeat((byte)0xff, 32_000)] }, "Infinex"),
        BadCase.Signed(
            "a string that begins behind a gap", 422, RefusalCode.CalldataNotCanonical,
            message => message with { Data = (byte[])[.. Calls.Of("fail(string)"), .. Calls.Word(64), .. Calls.Word(7), .. Calls.Word(0)] }),

        // What the contract says.
        BadCase.Signed(
            "OpenZeppelin: a call that reverts", 422, RefusalCode.SimulationReverted,
            message => message with { Data = Calls.Fail("no entry on Sundays") }, revertReason: "no entry on Sundays"),
        BadCase.Signed(
            "Infinex: a call that reverts", 422, RefusalCode.SimulationReverted,
            message => message with { Data = Calls.Fail("no entry on Sundays") }, "Infinex", "no entry on Sundays"),
        BadCase.Signed(
            "a reason that would break a log", 422, RefusalCode.SimulationReverted,
            message => message with { Data = Calls.Fail("a\0b\r\nc\u202e<script>") }, "Infinex", "abc<script>"),
        BadCase.Signed(
            "a reason of 20,000 letters", 422, RefusalCode.SimulationReverted,
            message => message with { Data = Calls.Fail(new string('x', 20_000)), Gas = 1_000_000 }, revertReason: new string('x', 255) + "…"),
        BadCase.Signed(
            "OpenZeppelin: a call that needs more than its gas", 422, RefusalCode.SimulationReverted,
            message => message with { Data = Calls.Burn(500_000), Gas = 50_000 }, revertReason: "out of gas"),
        BadCase.Signed(
            "Infinex: a call that needs more than its gas", 422, RefusalCode.SimulationReverted,
            message => message with { Data = Calls.Burn(500_000), Gas = 50_000 }, "Infinex", "out of gas"),

        // Batches as a whole.
        BadCase.Post("batch: an empty body", "", path: "api/relay/batch"),
        BadCase.Post("batch: a list", "[]", path: "api/relay/batch"),
        BadCase.Post("batch: no requests", "{}", path: "api/relay/batch"),
        BadCase.Post("batch: requests null", "{\"requests\":null}", path: "api/relay/batch"),
        BadCase.Post("batch: requests empty", "{\"requests\":[]}", path: "api/relay/batch"),
        BadCase.Post("batch: requests an object", "{\"requests\":{}}", path: "api/relay/batch"),
        BadCase.Post("batch: an unknown member", "{\"requests\":[{}],\"atomic\":true}", path: "api/relay/batch"),
        BadCase.Post("batch: 101 requests", "{\"requests\":[" + string.Join(',', Enumerable.Repeat("{}", 101)) + "]}", path: "api/relay/batch"),
        BadCase.Post("batch: truncated", "{\"requests\":[{},", path: "api/relay/batch"),
        BadCase.Post("batch: nested deeply", "{\"requests\":[" + new string('[', 10_000) + "]}", path: "api/relay/batch"),
        BadCase.Post("batch: 10 MB", 413, RefusalCode.PayloadTooLarge, _ => new byte[10_000_000], path: "api/relay/batch"),
        BadCase.Post("batch: plain text", 415, "unsupported_media_type", _ => [.. "{\"requests\":[]}"u8], "text/plain", "api/relay/batch"),
        BadCase.Post("simulate: an empty object", "{}", path: "api/relay/simulate"),
        BadCase.Post("simulate: 10 MB", 413, RefusalCode.PayloadTooLarge, _ => new byte[10_000_000], path: "api/relay/simulate"),

        // Questions.
        BadCase.Ask("an unknown id", $"api/relay/{Id}", 404, "unknown_relay"),
        BadCase.Ask("an unknown id, waited for", $"api/relay/{Id}?wait=5", 404, "unknown_relay"),
        BadCase.Ask("events of an unknown id", $"api/relay/{Id}/events", 404, "unknown_relay"),
        BadCase.Ask("an id of 31 bytes", $"api/relay/{Id[..^2]}"),
        BadCase.Ask("an id without 0x", $"api/relay/{Id[2..]}"),
        BadCase.Ask("an id that is a word", "api/relay/latest"),
        BadCase.Ask("an id with SQL", "api/relay/0x11'%3Bdrop%20table%20relays%3B--"),
        BadCase.Ask("events of a bad id", "api/relay/0x12/events"),
        .. new[] { "-1", "26", "1.5", "abc", "", "1&wait=2", "99999999999999999999" }.Select(
            wait => BadCase.Ask($"wait={wait}", $"api/relay/{Id}?wait={wait}")),
        BadCase.Ask("a list of nobody", "api/relay"),
        BadCase.Ask("a list of nothing", "api/relay?from="),
        BadCase.Ask("a list of a word", "api/relay?from=me"),
        BadCase.Ask("a list with NUL", "api/relay?from=%00"),
        BadCase.Ask("a list of two users", $"api/relay?from={Somebody}&from={Somebody}"),
        BadCase.Ask("a list with a wrong checksum", "api/relay?from=0x00000000000000000000000000000000000000aA"),
        .. new[] { "limit=0", "limit=101", "limit=-1", "limit=ten", "limit=", "limit=1&limit=2", "cursor=-1", "cursor=0", "cursor=x", "cursor=9223372036854775808",
            "chainId=0", "chainId=-1", "chainId=x", "chainId=1.5" }.Select(
            query => BadCase.Ask($"a list with {query}", $"api/relay?from={Somebody}&{query}")),
        BadCase.Ask("nonces on another chain", $"api/nonces/1/{Somebody}/{Somebody}", 404, RefusalCode.UnknownChain),
        BadCase.Ask("nonces with an unknown forwarder", $"api/nonces/31337/{Somebody}/{Somebody}", 404, RefusalCode.UnknownForwarder),
        BadCase.Ask("nonces on no chain", $"api/nonces/local/{Somebody}/{Somebody}"),
        BadCase.Ask("nonces on a negative chain", $"api/nonces/-1/{Somebody}/{Somebody}"),
        BadCase.Ask("nonces with a bad forwarder", $"api/nonces/31337/0x12/{Somebody}"),
        BadCase.Ask("nonces of a bad address", $"api/nonces/31337/{Somebody}/somebody"),
        BadCase.Ask("an unknown route", "api/relays", 404, "not_found"),
        BadCase.Ask("a route outside the API", "wp-login.php", 404, "not_found"),
        BadCase.Ask("PUT a relay", "api/relay", 405, "method_not_allowed", "PUT"),
        BadCase.Ask("DELETE a relay", $"api/relay/{Id}", 405, "method_not_allowed", "DELETE"),
        BadCase.Ask("POST to an id", $"api/relay/{Id}", 405, "method_not_allowed", "POST"),
        BadCase.Ask("POST the chains", "api/chains", 405, "method_not_allowed", "POST"),
        BadCase.Ask("GET a batch", "api/relay/batch", 400),
        BadCase.Ask("an invented method", "api/relay", 405, "method_not_allowed", "RELAY"),
    ];

    private static BadCase Signature(string name, Func<string, string> change, int status = 400, string code = BadCase.Malformed) =>
        BadCase.Json(name, body => body["signature"] = change((string)body["signature"]!), status, code);

    /// <summary>(r, n - s, v flipped) recovers the same signer: a second signature of the same message.</summary>
    private static string HighS(string signature)
    {
        var bytes = Hex.Decode(signature);
        var s = Secp256k1.Order - UInt256.ReadBigEndian(bytes.AsSpan(32, 32));
        return Hex.Encode([.. bytes[..32], .. Calls.Word(s), (byte)(bytes[64] == 27 ? 28 : 27)]);
    }
}
