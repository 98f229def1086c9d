using System.Buffers;
using System.Numerics;

namespace Functions.Bounds;

/// <summary>A body's bytes in a buffer that grew as they came. Dispose it once they are not used any more: the buffer goes back to the pool.</summary>
public sealed class RequestBody : IDisposable
{
    private const int Least = 4096;

    private readonly ByteBudget _budget;
    private readonly string _caller;
    private byte[] _buffer = [];

    internal RequestBody(ByteBudget budget, string caller) => (_budget, _caller) = (budget, caller);

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>How many came.</summary>
    internal int Length { get; private set; }

    /// <summary>Adds what came; a buffer without room for it is replaced by one of twice the size, or more.</summary>
    /// <exception cref="CapacityException">There is no room for more.</exception>
    internal void Append(in ReadOnlySequence<byte> bytes)
    {
        var length = Length + (int)bytes.Length;
        if (length > _buffer.Length)
        {
            var larger = Rent(Math.Max(Least, (int)BitOperations.RoundUpToPowerOf2((uint)length)));
            Span.CopyTo(larger);
            Return(_buffer);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(Length));
        Length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(_buffer);
        (_buffer, Length) = ([], 0);
    }

    private byte[] Rent(int bytes)
    {
        // The pool's sizes are powers of two, as these are: what is rented is what is counted.
        _budget.Take(_caller, bytes);
        return ArrayPool<byte>.Shared.Rent(bytes);
    }

    private void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _budget.Give(_caller, buffer.Length);
        }
    }
}
