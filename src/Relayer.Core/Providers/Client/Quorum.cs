namespace Relayer.Core.Providers.Client;

/// <summary>When several providers' words are believed. Pure.</summary>
internal static class Quorum
{
    /// <summary>So many of those configured must say the same: more than half.</summary>
    public static int SizeOf(int configured) => (configured / 2) + 1;

    /// <summary>
    /// What a quorum says. Where fewer answer at all, what they say is believed if none of them contradicts: one that is silent must not hold up
    /// everything.
    /// </summary>
    /// <param name="answers">What each says; those without an answer are left out.</param>
    /// <param name="configured">How many there are.</param>
    /// <param name="agreed">What is believed.</param>
    /// <returns><see langword="false"/> when nothing is.</returns>
    public static bool Of<T>(IReadOnlyList<T> answers, int configured, out T agreed)
        where T : notnull
    {
        var groups = answers.GroupBy(answer => answer).OrderByDescending(group => group.Count()).ToArray();
        agreed = groups.Length > 0 ? groups[0].Key : default!;
        return groups.Length == 1 || (groups.Length > 1 && groups[0].Count() >= SizeOf(configured));
    }
}
