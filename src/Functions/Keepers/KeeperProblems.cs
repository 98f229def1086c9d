using Functions.Http;
using Relayer.Core.Keepers;

namespace Functions.Keepers;

/// <summary>What who asks for a keeper is refused with.</summary>
internal static class KeeperProblems
{
    /// <summary>No keeper of that name is configured (404).</summary>
    public const string UnknownKeeperCode = "unknown_keeper";

    /// <summary>The refusal of a name that no keeper has; <see langword="null"/> where one has it.</summary>
    public static ProblemResult? OfName(KeeperRegistry keepers, string name) => keepers.All.Any(keeper => keeper.Name == name)
        ? null
        : Problems.Create(StatusCodes.Status404NotFound, UnknownKeeperCode, "No keeper of this name is configured.");
}
