namespace Relayer.Core.Providers.Pool;

/// <summary>What one provider told, from which height.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Operator">Who runs it: whoever runs several is one voice.</param>
/// <param name="Head">The node's newest block when it answered, or a little before.</param>
/// <param name="Value">The answer.</param>
internal sealed record Told<T>(string Provider, string Operator, long Head, T Value)
{
    /// <summary>A part of it, or what follows from it.</summary>
    public Told<TOther> Select<TOther>(Func<T, TOther> part) => new(Provider, Operator, Head, part(Value));
}
