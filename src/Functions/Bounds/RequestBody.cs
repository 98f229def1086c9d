using System.Buffers;

namespace Functions.Bounds;

/// <summary>A body's bytes in a buffer that grew as they came. Dispose it once they are not used any more: the buffer goes back to the pool.</summary>
public sealed class RequestBody : IDisposable
{
    private const int First = 4096;

    private readonly ByteBudget _budget;
    private readonly string _caller;
    private byte[] _buffer;

    internal RequestBody(ByteBudget budget, string caller)
    {
        (_budget, _caller) = (budget, caller);
        _buffer = Rent(First);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>How many came.</summary>
    internal int Length { get; private set; }

    /// <summary>Room for at least one more; twice as much as before when there was none.</summary>
    /// <exception cref="CapacityException">There is no room for more.</exception>
    internal Memory<byte> Room()
    {
        if (Length == _buffer.Length)
        {
            var larger = Rent(_buffer.Length * 2);
            _buffer.AsSpan().CopyTo(larger);
            Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length);
    }

    internal void Advance(int bytes) => Length += bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            Return(_buffer);
            (_buffer, Length) = ([], 0);
        }
    }

    private byte[] Rent(int bytes)
    {
        // The pool's sizes are powers of two, as these are: what is rented is what is counted.
        _budget.Take(_caller, bytes);
        return ArrayPool<byte>.Shared.Rent(bytes);
    }

    private void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        _budget.Give(_caller, buffer.Length);
    }
}
