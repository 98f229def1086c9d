namespace Storms.Faults;

/// <summary>What a node does wrong.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection breaks before anything was done.</summary>
    Drop,

    /// <summary>Everything is done, and the connection breaks instead of the answer.</summary>
    LoseAnswer,

    /// <summary>Answers come late, some of them later than the app waits.</summary>
    Delay,

    /// <summary>Everything is done twice.</summary>
    Duplicate,

    /// <summary>429, at times with <c>Retry-After</c>.</summary>
    TooManyRequests,

    /// <summary>500, 502 or 503.</summary>
    ServerError,

    /// <summary>Answers that are none.</summary>
    Garbage,

    /// <summary>One of the two providers says that it serves another chain.</summary>
    AnotherChain,

    /// <summary>Everything is told as it was some blocks ago.</summary>
    Lag,

    /// <summary>Sends are refused with -32603 "nonce too low", done or not.</summary>
    NonceTooLow,

    /// <summary>Transactions are taken, and dropped from the pool.</summary>
    Forget,

    /// <summary>Transactions are taken, known from then on, and never mined.</summary>
    NeverMine,
}
