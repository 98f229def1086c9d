using System.Text.Json;

namespace Relayer.Core.Providers;

/// <summary>Reads in the words of JSON-RPC, for libraries that speak it themselves. The pool chooses who answers, as for all reads.</summary>
public interface IRawReadings
{
    /// <summary>
    /// Answers in order, all of one node and with its height judged: from behind the pool, or from behind what the same node told before,
    /// nothing is believed. The events of a range are believed only from a node that is past the range's end.
    /// </summary>
    /// <exception cref="ChainUnavailableException">No provider gave answers to believe, or none has the method, the block or its state.</exception>
    Task<IReadOnlyList<RawAnswer>> ReadRawAsync(IReadOnlyList<RawRead> reads, CancellationToken cancellation);
}

/// <summary>A read.</summary>
/// <param name="Method">The method's name. Whoever asks answers for it being one that only reads.</param>
/// <param name="Parameters">The parameters, as a JSON list.</param>
public sealed record RawRead(string Method, JsonElement Parameters);

/// <summary>What a node answered.</summary>
/// <param name="Result">The result; undefined with an error.</param>
/// <param name="Error">The node's refusal; <see langword="null"/> after a result.</param>
/// <param name="RevertData">With a revert: what the contract said, possibly empty.</param>
public sealed record RawAnswer(JsonElement Result, NodeError? Error, ReadOnlyMemory<byte> RevertData);
