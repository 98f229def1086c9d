using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Relayer.Core.Ethereum;

/// <summary>Keccak-256 as Ethereum uses it (the padding of the original submission, not of FIPS 202).</summary>
/// <remarks>Allocates nothing; safe for concurrent use. The data and the hash may overlap.</remarks>
public static class Keccak256
{
    /// <summary>Bytes taken in between two permutations: 1600 bits less twice 256.</summary>
    private const int Rate = 136;

    /// <summary>Hashes <paramref name="data"/> into the first 32 bytes of <paramref name="hash"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has no room for 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        if (hash.Length < Hash32.Size)
        {
            throw new ArgumentException($"a hash needs {Hash32.Size} bytes, not {hash.Length}", nameof(hash));
        }

        Span<ulong> state = stackalloc ulong[KeccakPermutation.Lanes];
        state.Clear();
        Absorb(data, state);
        for (var i = 0; i < Hash32.Size / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(i * sizeof(ulong))..], state[i]);
        }
    }

    /// <summary>Hashes <paramref name="data"/>.</summary>
    public static Hash32 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        Hash(data, hash);
        return new Hash32(hash);
    }

    private static void Absorb(ReadOnlySpan<byte> data, Span<ulong> state)
    {
        for (; data.Length >= Rate; data = data[Rate..])
        {
            Mix(data[..Rate], state);
            KeccakPermutation.Apply(state);
        }

        // Padding: a one bit after the data, another at the end of the block (both in the same byte when one is left).
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Mix(last, state);
        KeccakPermutation.Apply(state);
    }

    private static void Mix(ReadOnlySpan<byte> block, Span<ulong> state)
    {
        if (BitConverter.IsLittleEndian)
        {
            var lanes = MemoryMarshal.Cast<byte, ulong>(block);
            for (var i = 0; i < lanes.Length; i++)
            {
                state[i] ^= lanes[i];
            }

            return;
        }

        for (var i = 0; i < Rate / sizeof(ulong); i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
        }
    }
}
