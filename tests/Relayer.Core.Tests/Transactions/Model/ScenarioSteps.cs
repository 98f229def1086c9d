using FsCheck;
using FsCheck.Fluent;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>A sequence of steps, generated and made smaller by FsCheck.</summary>
internal sealed record ScenarioSteps(IReadOnlyList<Step> Steps)
{
    private const int Instances = 2;
    private const int Signers = 2;

    public static Gen<ScenarioSteps> Any { get; } =
        from length in Gen.Choose(15, 25)
        from phrases in AnyPhrase().ArrayOf(length)
        select new ScenarioSteps([.. phrases.SelectMany(phrase => phrase).Take(length)]);

    /// <summary>The same without some of its steps, or with a simpler one.</summary>
    public IEnumerable<ScenarioSteps> Smaller()
    {
        for (var size = Steps.Count / 2; size >= 1; size /= 2)
        {
            for (var at = 0; at + size <= Steps.Count; at += size)
            {
                yield return new ScenarioSteps([.. Steps.Take(at), .. Steps.Skip(at + size)]);
            }
        }

        for (var at = 0; at < Steps.Count; at++)
        {
            foreach (var simpler in Simpler(Steps[at]))
            {
                yield return new ScenarioSteps([.. Steps.Take(at), simpler, .. Steps.Skip(at + 1)]);
            }
        }
    }

    public override string ToString() => string.Join('\n', Steps);

    private static IEnumerable<Step> Simpler(Step step) => step switch
    {
        Step.Accept { Death: not null } accept => [accept with { Death = null }],
        Step.Accept { Count: > 1 } accept => [accept with { Count = 1 }],
        Step.Accept { Sending: not Sending.Fine } accept => [accept with { Sending = Sending.Fine }],
        Step.Accept { Kind: not Kind.Ordinary } accept => [accept with { Kind = Kind.Ordinary }],
        Step.Pass { Death: not null } pass => [pass with { Death = null }],
        Step.Pass { Sending: not Sending.Fine } pass => [pass with { Sending = Sending.Fine }],
        Step.Cancel { Death: not null } cancel => [cancel with { Death = null }],
        Step.Cancel { Sending: not Sending.Fine } cancel => [cancel with { Sending = Sending.Fine }],
        Step.SpeedUp { Death: not null } speedUp => [speedUp with { Death = null }],
        Step.SpeedUp { Sending: not Sending.Fine } speedUp => [speedUp with { Sending = Sending.Fine }],
        Step.Mine { Blocks: > 1 } => [new Step.Mine(1)],
        Step.Reorganise { Depth: > 1 } reorg => [reorg with { Depth = 1 }],
        _ => [],
    };

    // What seldom comes together by chance, and tells much when it does.
    private static Gen<Step[]> AnyPhrase() => Gen.Frequency(
        (12, AnyStep().Select(step => new[] { step })),
        (2, from pass in AnyPass() from reorganise in AnyReorganisation() select new[] { new Step.Mine(1), pass, reorganise }),
        (1, from foreign in AnyForeignUse()
            from pass in AnyPass()
            from reorganise in AnyReorganisation()
            select new[] { foreign, new Step.Mine(1), new Step.Wait(20), pass, pass, reorganise }),
        (1, from pass in AnyPass() select new[] { new Step.Wait(60), pass }));

    private static Gen<Step> AnyStep() => Gen.Frequency(
        (7, from instance in Gen.Choose(0, Instances - 1)
            from count in Gen.Choose(1, 3)
            from kind in Gen.Frequency(
                (6, Gen.Constant(Kind.Ordinary)), (1, Gen.Constant(Kind.Reverting)), (1, Gen.Constant(Kind.NeverTaken)), (1, Gen.Constant(Kind.Expiring)))
            from sending in AnySending()
            from death in AnyDeath()
            select (Step)new Step.Accept(instance, count, kind, sending, death)),
        (6, AnyPass()),
        (2, Gen.Constant<Step>(new Step.PassTogether())),
        (3, from instance in Gen.Choose(0, Instances - 1)
            from which in Gen.Choose(0, 5)
            from isCancel in Gen.Elements(true, false)
            from sending in AnySending()
            from death in AnyDeath()
            select isCancel ? (Step)new Step.Cancel(instance, which, sending, death) : new Step.SpeedUp(instance, which, sending, death)),
        (1, Gen.Elements(5, 20, 80, 5_000).Select(gwei => (Step)new Step.Surge(gwei))),
        (1, Gen.Choose(0, Instances - 1).Select(instance => (Step)new Step.Restart(instance))),
        (5, Gen.Choose(1, 4).Select(blocks => (Step)new Step.Mine(blocks))),
        (2, Gen.Choose(0, 5).Select(which => (Step)new Step.Drop(which))),
        (2, AnyReorganisation()),
        (4, Gen.Elements(4, 20, 20, 60, 60, 700).Select(seconds => (Step)new Step.Wait(seconds))),
        (1, AnyForeignUse()));

    private static Gen<Step> AnyPass() =>
        from instance in Gen.Choose(0, Instances - 1)
        from sending in AnySending()
        from death in AnyDeath()
        select (Step)new Step.Pass(instance, sending, death);

    private static Gen<Step> AnyReorganisation() =>
        from depth in Gen.Choose(1, 3) from keeps in Gen.Elements(true, false) select (Step)new Step.Reorganise(depth, keeps);

    private static Gen<Step> AnyForeignUse() => Gen.Choose(0, Signers - 1).Select(signer => (Step)new Step.ForeignUse(signer));

    private static Gen<Sending> AnySending() => Gen.Frequency(
        (6, Gen.Constant(Sending.Fine)),
        (4, Gen.Elements(Sending.Refused, Sending.Lost, Sending.Unanswered, Sending.CalledStale, Sending.CalledHopeless)));

    private static Gen<Death?> AnyDeath() => Gen.Frequency(
        (3, Gen.Constant<Death?>(null)),
        (1, from calls in Gen.Choose(1, 6) from isAfter in Gen.Elements(true, false) select (Death?)new Death(calls, isAfter)));
}
