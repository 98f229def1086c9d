using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>When several providers' words are believed. Pure.</summary>
internal static class Quorum
{
    /// <summary>Below so many operators nobody can be outvoted.</summary>
    public const int Outvoting = 3;

    /// <summary>So many of the configured operators must say the same: more than half of three or more; of two, one where the other is silent.</summary>
    public static int SizeOf(int operators) => operators < Outvoting ? 1 : (operators / 2) + 1;

    /// <summary>
    /// What a quorum says. Each operator has one voice: the word that all of its providers say. Where nobody can be outvoted nobody may contradict either;
    /// one of two that is silent holds up nothing.
    /// </summary>
    /// <param name="answers">What each provider says; those without an answer are left out.</param>
    /// <param name="operators">How many operators are configured, not how many answer.</param>
    /// <param name="agreed">What is believed.</param>
    /// <returns><see langword="false"/> when nothing is.</returns>
    public static bool Of<T>(IReadOnlyList<Told<T>> answers, int operators, out T agreed)
        where T : notnull
    {
        T[] voices = [.. answers.GroupBy(answer => answer.Operator).Where(IsOfOneMind).Select(answers => answers.First().Value)];
        var isContradicted = answers.DistinctBy(answer => answer.Value).Take(2).Count() > 1;
        var most = voices.GroupBy(voice => voice).OrderByDescending(group => group.Count()).FirstOrDefault();
        agreed = most is null ? default! : most.Key;
        return most is not null && most.Count() >= SizeOf(operators) && (operators >= Outvoting || !isContradicted);
    }

    /// <summary>The height that a quorum has reached. Where nobody can be outvoted, the lowest: being higher is what a liar would say.</summary>
    /// <param name="answers">What each provider says; enough of them for a quorum.</param>
    /// <param name="operators">How many operators are configured.</param>
    public static long HeadOf<T>(IReadOnlyList<Told<T>> answers, int operators)
    {
        long[] heads = [.. answers.GroupBy(answer => answer.Operator).Select(same => same.Max(answer => answer.Head)).OrderDescending()];
        return operators < Outvoting ? heads[^1] : heads[SizeOf(operators) - 1];
    }

    private static bool IsOfOneMind<T>(IEnumerable<Told<T>> answers) => answers.DistinctBy(answer => answer.Value).Take(2).Count() == 1;
}
