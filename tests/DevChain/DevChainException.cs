namespace DevChain;

/// <summary>A part of the development environment is missing, did not start or failed; the message says what to do, or why.</summary>
public sealed class DevChainException : Exception
{
    public DevChainException()
    {
    }

    public DevChainException(string message)
        : base(message)
    {
    }

    public DevChainException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
