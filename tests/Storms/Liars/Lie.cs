namespace Storms.Liars;

/// <summary>How a node lies about one method, while it is honest about all others. Each alternates between the forms that it has.</summary>
public enum Lie
{
    /// <summary>No answer: the body hangs, or the reply is left out of it.</summary>
    Silent,

    /// <summary>The result is <c>null</c>.</summary>
    Null,

    /// <summary>The answer of some blocks ago.</summary>
    Stale,

    /// <summary>It speaks of a block that is not canonical, always the same one in the place of each; a receipt of such a block for what is not mined.</summary>
    Orphaned,

    /// <summary>The body ends in the middle of the reply.</summary>
    Truncated,

    /// <summary>A member is missing, each in turn, or there is one that nobody knows.</summary>
    Member,

    /// <summary>The result, or a member of it, is of another type.</summary>
    Type,

    /// <summary>An error in the place of the result; of sends, half are carried out all the same.</summary>
    Error,

    /// <summary>The honest answer, late: within the timeout, or behind it.</summary>
    Slow,

    /// <summary>Asked twice, and answered twice with the same id.</summary>
    Duplicated,

    /// <summary>A well-formed untruth, another one each time.</summary>
    Contradictory,

    /// <summary>Too many requests: HTTP 429 or the error -32005.</summary>
    Limited,
}

/// <summary>Which of how many providers lie, each one run by an operator of its own.</summary>
public enum LiarSetup
{
    /// <summary>There is one, and it lies.</summary>
    One,

    /// <summary>The preferred one of two.</summary>
    OneOfTwo,

    /// <summary>The preferred one of three.</summary>
    OneOfThree,

    /// <summary>All of three.</summary>
    All,
}
