using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Relayer.Core.Providers.JsonRpc;

/// <summary>A growing buffer of pooled memory, to write a request into or read an answer into.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Gives the memory back; nothing may read or write it afterwards.</summary>
    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        _length = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}

/// <summary>A JSON request body out of pooled memory.</summary>
/// <remarks>
/// A request that is given up may still be being written to its socket: the memory returns to the pool only when no
/// writing was begun or it has ended. Otherwise it is left to the garbage collector.
/// </remarks>
internal sealed class PooledJsonContent : HttpContent
{
    private readonly PooledBuffer _body;
    private int _writing;

    public PooledJsonContent(PooledBuffer body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writing);
        await stream.WriteAsync(_body.Written, cancellationToken);
        Interlocked.Decrement(ref _writing);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Written.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _writing) == 0)
        {
            _body.Dispose();
        }

        base.Dispose(disposing);
    }
}
