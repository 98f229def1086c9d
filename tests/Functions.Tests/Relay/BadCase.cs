using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>A request that must be refused.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Status">The HTTP status that it gets.</param>
/// <param name="Code">The problem's code.</param>
/// <param name="Request">Makes it, afresh each time.</param>
/// <param name="Body">Makes the JSON it posts to <c>/api/relay</c>; null when it is something else.</param>
/// <param name="RevertReason">What the problem says of the contract's refusal.</param>
internal sealed record BadCase(
    string Name, int Status, string Code, Func<BadInput, HttpRequestMessage> Request, Func<BadInput, JsonObject>? Body = null,
    string? RevertReason = null)
{
    public const string Malformed = RefusalCode.MalformedRequest;

    /// <summary>Posts these bytes to a path.</summary>
    public static BadCase Post(string name, int status, string code, Func<BadInput, byte[]> body, string? contentType = "application/json", string path = "api/relay") =>
        new(name, status, code, input =>
        {
            var content = new ByteArrayContent(body(input));
            content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
            return new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        });

    public static BadCase Post(string name, string body, int status = 400, string code = Malformed, string path = "api/relay") =>
        Post(name, status, code, _ => Encoding.UTF8.GetBytes(body), path: path);

    /// <summary>Asks for a path.</summary>
    public static BadCase Ask(string name, string path, int status = 400, string code = Malformed, string method = "GET") =>
        new(name, status, code, _ => new HttpRequestMessage(new HttpMethod(method), path));

    /// <summary>A body that would be taken, with its text changed.</summary>
    public static BadCase Text(string name, Func<string, string> change) =>
        Post(name, 400, Malformed, input => Encoding.UTF8.GetBytes(change(input.Good(input.World.OpenZeppelin).ToJsonString())));

    /// <summary>A body that would be taken, with members changed after it was signed.</summary>
    public static BadCase Json(string name, Action<JsonObject> spoil, int status = 400, string code = Malformed, string dialect = "OpenZeppelin") =>
        Json(name, status, code, input =>
        {
            var body = input.Good(input.World.Of(dialect));
            spoil(body);
            return body;
        });

    /// <summary>A message of the user's own, signed as it is.</summary>
    public static BadCase Signed(
        string name, int status, string code, Func<ForwardRequest, ForwardRequest> change, string dialect = "OpenZeppelin", string? revertReason = null) =>
        Json(name, status, code, input => input.SignedBy(new Wallet(), input.World.Of(dialect), change), revertReason);

    public static BadCase Json(string name, int status, string code, Func<BadInput, JsonObject> body, string? revertReason = null) =>
        new(name, status, code,
            input => new HttpRequestMessage(HttpMethod.Post, "api/relay")
            {
                Content = new StringContent(body(input).ToJsonString(), Encoding.UTF8, "application/json"),
            },
            body, revertReason);

    public override string ToString() => Name;
}

/// <summary>What bad requests are made from.</summary>
/// <param name="World">Forwarders and target.</param>
/// <param name="Spent">A user whose first nonce is spent with both forwarders.</param>
/// <param name="SpentNonce">The one spent with the Infinex forwarder.</param>
internal sealed record BadInput(RelayWorld World, Wallet Spent, UInt256 SpentNonce)
{
    /// <summary>A request that is taken as it is.</summary>
    public JsonObject Good(Forwarder forwarder) => World.Post(forwarder, new Wallet());

    public JsonObject SignedBy(Wallet user, Forwarder forwarder, Func<ForwardRequest, ForwardRequest> change)
    {
        var message = change(World.Message(forwarder, user));
        return RelayPost.Of(forwarder, message, user.Sign(forwarder, message).ToString());
    }

    /// <summary>A body signed under another domain than it is posted for.</summary>
    public JsonObject SignedFor(Forwarder signed, Forwarder posted)
    {
        var user = new Wallet();
        var message = World.Message(posted, user);
        return RelayPost.Of(posted, message, user.Sign(signed, message).ToString());
    }
}
