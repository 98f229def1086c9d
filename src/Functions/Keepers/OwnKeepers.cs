namespace Functions.Keepers;

/// <summary>The keepers of one's own: a line for each, <c>.AddKeeper&lt;HarvestKeeper, HarvestOptions&gt;("harvest")</c>. See <c>docs/keepers.md</c>.</summary>
internal static class OwnKeepers
{
    /// <summary>Adds them; before the settings are read, so that theirs are checked with all others.</summary>
    public static IServiceCollection AddOwnKeepers(this IServiceCollection services) => services;
}
