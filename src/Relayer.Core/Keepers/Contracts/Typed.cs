using System.Diagnostics.CodeAnalysis;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Contracts;

/// <summary>Contracts as typed classes: encodes what is asked of them, and reads what they answer, which is never believed.</summary>
/// <remarks>
/// What is read has at most <see cref="MaxBytes"/> and is strictly encoded, or it is refused; nothing a contract or a node answers makes
/// it throw. Safe for concurrent use.
/// </remarks>
internal static class Typed
{
    /// <summary>The most bytes that are read. What needs more, or comes by the thousand, has a reader of its own.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>A function's or an error's first four bytes.</summary>
    public static ReadOnlyMemory<byte> Selector<T>() => TypedLayout.Of<T>().Selector;

    /// <summary>An event's first topic.</summary>
    public static Hash32 Topic<T>()
        where T : IEventDTO => TypedLayout.Of<T>().Hash;

    /// <summary>The calldata.</summary>
    /// <exception cref="ArgumentException">A member is not of its type: out of range, of another length, or missing.</exception>
    public static byte[] Encode<T>(T message)
        where T : FunctionMessage => [.. TypedLayout.Of<T>().Selector.Span, .. EncodeMembers(message)];

    /// <summary>The members alone, as contracts nest them in <c>bytes</c>.</summary>
    /// <exception cref="ArgumentException">A member is not of its type: out of range, of another length, or missing.</exception>
    public static byte[] EncodeMembers<T>(T message)
        where T : class
    {
        var layout = TypedLayout.Of<T>();
        if (layout.Values(message) is not { } values)
        {
            throw new ArgumentException($"{typeof(T).Name} has a member that is missing or too short", nameof(message));
        }

        // The library refuses what is too large. A tuple whose members are not declared in order it would encode wrongly.
        try
        {
            var encoded = layout.Encode(values);
            return layout.Shape.TryWalk(encoded, out var size) && size == encoded.Length
                ? encoded
                : throw new ArgumentException($"{typeof(T).Name} has a member that is not of its type", nameof(message));
        }
        catch (AbiEncodingException refused)
        {
            throw new ArgumentException($"{typeof(T).Name} has a member that is not of its type", nameof(message), refused);
        }
    }

    /// <summary>Reads return values.</summary>
    /// <param name="data">The answer.</param>
    /// <param name="answer">What it says.</param>
    /// <param name="allowTrailing">Takes more bytes after the last value, as a newer contract may return.</param>
    /// <returns><see langword="false"/> for anything but the strict encoding, and for what is too long.</returns>
    public static bool TryRead<T>(ReadOnlySpan<byte> data, [NotNullWhen(true)] out T? answer, bool allowTrailing = false)
        where T : class, new()
    {
        answer = null;
        var layout = TypedLayout.Of<T>();
        if (data.Length > MaxBytes || !layout.Shape.TryWalk(data, out var size) || (size != data.Length && !allowTrailing))
        {
            return false;
        }

        answer = new T();
        layout.Decode(answer, data[..size].ToArray(), _ => true);
        return true;
    }

    /// <summary>Reads an event.</summary>
    /// <returns><see langword="false"/> for another event and for a malformed one.</returns>
    public static bool TryReadEvent<T>(LogEntry log, [NotNullWhen(true)] out T? read)
        where T : class, IEventDTO, new()
    {
        read = null;
        var layout = TypedLayout.Of<T>();
        if (log.Topics.Count != 1 + layout.Topics.Count || log.Topics[0] != layout.Hash || log.Data.Length > MaxBytes
            || !layout.Data.TryWalk(log.Data.Span, out var size) || size != log.Data.Length)
        {
            return false;
        }

        for (var i = 0; i < layout.Topics.Count; i++)
        {
            if (!layout.Topics[i].TryWalk(log.Topics[i + 1].Span, out _))
            {
                return false;
            }
        }

        read = new T();
        layout.Decode(read, [.. log.Topics.Skip(1).SelectMany(topic => topic.ToArray())], parameter => parameter.Indexed);
        layout.Decode(read, log.Data.ToArray(), parameter => !parameter.Indexed);
        return true;
    }
}
