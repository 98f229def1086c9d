using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;

namespace DevChain;

/// <summary>The plainest JSON-RPC client: one call, one answer.</summary>
public sealed class JsonRpc(Uri url) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private int _id;

    /// <summary>Calls a method.</summary>
    /// <param name="method">For example <c>eth_call</c>.</param>
    /// <param name="parameters">Anything that serialises to JSON.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="JsonRpcException">The node answered with an error.</exception>
    public async Task<JsonElement> SendAsync(
        string method, IReadOnlyList<object?>? parameters = null, CancellationToken cancellation = default)
    {
        var call = new { jsonrpc = "2.0", id = Interlocked.Increment(ref _id), method, @params = parameters ?? [] };
        using var answer = await _http.PostAsJsonAsync(url, call, cancellation);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return body.TryGetProperty("error", out var error)
            ? throw new JsonRpcException(method, error)
            : body.GetProperty("result");
    }

    /// <summary>A quantity such as <c>0x1f</c>.</summary>
    public static BigInteger ToInteger(JsonElement quantity) =>
        BigInteger.Parse("0" + quantity.GetString()!.AsSpan(2).ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>True when somebody answers at all.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            await SendAsync("eth_chainId");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

/// <summary>A node said no.</summary>
public sealed class JsonRpcException(string method, JsonElement error)
    : Exception($"{method}: {error.GetRawText()}")
{
    /// <summary>The JSON-RPC code.</summary>
    public int Code { get; } = error.GetProperty("code").GetInt32();

    /// <summary>What a contract reverted with, as <c>0x…</c>; null when the error carries none.</summary>
    public string? RevertData { get; } =
        error.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.String ? data.GetString() : null;
}
