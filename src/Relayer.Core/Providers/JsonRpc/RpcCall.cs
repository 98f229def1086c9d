using System.Text.Json;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>One JSON-RPC call on its way: what to write, and then what was answered.</summary>
internal abstract class RpcCall(string method, Action<Utf8JsonWriter> writeParameters)
{
    public string Method { get; } = method;

    /// <summary>The node's refusal; <see langword="null"/> after an answer.</summary>
    public NodeError? Error { get; private set; }

    /// <summary>With <see cref="Error"/>: the revert data that came along, if any.</summary>
    public byte[] RevertData { get; private set; } = [];

    /// <summary>
    /// Why there is nothing to read, though other calls of the same body were answered: this one's answer is missing, doubled or of the wrong
    /// shape, or it alone is to be asked later. <see langword="null"/> otherwise.
    /// </summary>
    public ProviderFaultException? Fault { get; private set; }

    /// <summary>Writes the elements of <c>params</c>.</summary>
    public void WriteParameters(Utf8JsonWriter writer) => writeParameters(writer);

    /// <summary>Takes the answer while its bytes are still there.</summary>
    /// <exception cref="FormatException">The answer is not of the shape this method answers with.</exception>
    public abstract void Accept(JsonElement result);

    /// <summary>Takes the refusal.</summary>
    public void Refuse(NodeError error, byte[] revertData) => (Error, RevertData, Fault) = (error, revertData, null);

    /// <summary>Notes that its answer cannot be used. Whoever wants its value meets the fault.</summary>
    public void Fail(ProviderFaultException fault) => (Error, RevertData, Fault) = (null, [], fault);

    /// <summary>Forgets what was said before: a body that was refused is sent again in parts.</summary>
    protected void Clear() => (Error, RevertData, Fault) = (null, [], null);
}

/// <summary>One JSON-RPC call whose answer is read as <typeparamref name="T"/>.</summary>
internal sealed class RpcCall<T>(string method, Action<Utf8JsonWriter> writeParameters, Func<JsonElement, T> read)
    : RpcCall(method, writeParameters)
{
    private T? _value;

    /// <summary>The answer.</summary>
    /// <exception cref="ProviderFaultException">No usable answer, or the node refused: for a read that is a reason to ask another provider.</exception>
    public T Value => Fault is not null ? throw Fault : Error is null
        ? _value!
        : throw new ProviderFaultException(ProviderFaultKind.Lacking, $"{Method} was refused: {Error.Message}");

    public override void Accept(JsonElement result)
    {
        _value = read(result);
        Clear();
    }
}
