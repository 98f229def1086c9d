using Functions.Http;
using Relayer.Core.Keepers.Engine;

namespace Functions.Keepers;

/// <summary>What who asks for a keeper is refused with.</summary>
internal static class KeeperProblems
{
    /// <summary>No keeper of that name is configured (404).</summary>
    public const string UnknownKeeperCode = "unknown_keeper";

    /// <summary>The refusal of a name that no keeper has; <see langword="null"/> where one has it.</summary>
    public static ProblemResult? OfName(KeeperRegistry keepers, string name)
    {
        string[] names = [.. keepers.All.Select(keeper => keeper.Name).Distinct().Order(StringComparer.Ordinal)];
        return names.Contains(name) ? null : Problems.Create(
            StatusCodes.Status404NotFound, UnknownKeeperCode,
            names.Length == 0
                ? "No keeper is configured here: see Chains:{name}:Keepers in the settings."
                : $"No keeper of this name is configured here. There are: {string.Join(", ", names)}.");
    }
}
