namespace Storms.Liars;

/// <summary>One way in which some providers lie about one method.</summary>
internal sealed record Combination(RpcMethod Method, Lie Lie, LiarSetup Setup)
{
    /// <summary>Every method with every lie in every setup, whether it means something or not.</summary>
    public static IEnumerable<Combination> All =>
        from setup in Enum.GetValues<LiarSetup>()
        from method in RpcMethod.All
        from lie in Enum.GetValues<Lie>()
        select new Combination(method, lie, setup);

    /// <summary>Why this cannot be; <see langword="null"/> when it can.</summary>
    public string? Meaningless => this switch
    {
        { Method.Uncalled: { } why } => why,
        { Lie: Lie.Stale, Method.NeverStale: { } why } => why,
        { Lie: Lie.Orphaned, Method.NamesBlock: false } => "the answer names no block",
        _ => null,
    };

    /// <summary>How many providers there are.</summary>
    public int Providers => Setup switch { LiarSetup.One => 1, LiarSetup.OneOfTwo => 2, _ => 3 };

    /// <summary>The lie gives nothing that could be believed: whoever else answers is not contradicted.</summary>
    public bool IsNoAnswer => Lie is not (Lie.Stale or Lie.Orphaned or Lie.Contradictory);

    /// <summary>
    /// Users must be served while it lasts: the honest ones are a quorum. Of two providers that is so where the other one says nothing.
    /// </summary>
    public bool MustGoOn => Setup == LiarSetup.OneOfThree || (Setup == LiarSetup.OneOfTwo && IsNoAnswer);

    /// <summary>
    /// Well-formed untruths that nobody contradicts, since there is one provider, or all say the same: nobody can tell, and their word is taken. What is contradictory
    /// differs with each provider, so that no three of them agree.
    /// </summary>
    public bool IsItsWord => !IsNoAnswer && (Setup == LiarSetup.One || (Setup == LiarSetup.All && Lie != Lie.Contradictory));

    /// <summary>Whether the provider in a place lies.</summary>
    public bool LiesAt(int place) => place == 0 || Setup == LiarSetup.All;

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Lie} {Setup}";
}
