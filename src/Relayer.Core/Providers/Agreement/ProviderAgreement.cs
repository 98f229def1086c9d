using Relayer.Core.Providers.Client;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Agreement;

/// <summary>What providers agree on that were each asked by themselves. Pure.</summary>
public static class ProviderAgreement
{
    /// <summary>Below so many operators nobody can be outvoted: one's word is taken where no other contradicts it.</summary>
    public const int Outvoting = Quorum.Outvoting;

    /// <summary>So many operators must say the same.</summary>
    public static int SizeOf(int operators) => Quorum.SizeOf(operators);

    /// <summary>What enough of them say of a part of their answers.</summary>
    /// <param name="answers">Those without an answer do not count.</param>
    /// <param name="part">The part.</param>
    /// <param name="operators">How many operators are configured.</param>
    /// <param name="agreed">What is believed.</param>
    /// <returns><see langword="false"/> when nothing is.</returns>
    public static bool TryFind<T, TPart>(IReadOnlyList<ProviderAnswer<T>> answers, Func<T, TPart> part, int operators, out TPart agreed)
        where T : class
        where TPart : notnull
    {
        ArgumentNullException.ThrowIfNull(answers);
        return Quorum.Of(
            [.. answers.Where(answer => answer.Answer is not null).Select(answer => new Told<TPart>(answer.Provider, answer.Operator, 0, part(answer.Answer!)))],
            operators, out agreed);
    }
}
