namespace Relayer.Core.Storage;

/// <summary>The database's schema is not for this program: it must not touch it.</summary>
/// <param name="message">Why, and what to do.</param>
public abstract class SchemaUnusableException(string message) : Exception(message);

/// <summary>A newer program has taken away what this one needs. It goes on when it is deployed anew.</summary>
/// <param name="message">Which versions.</param>
public sealed class SchemaTooNewException(string message) : SchemaUnusableException(message);

/// <summary>Something is missing that this program needs, and its role may not add it. It goes on once the schema's owner has.</summary>
/// <param name="message">Which step, and how it is added.</param>
public sealed class SchemaTooOldException(string message) : SchemaUnusableException(message);
