using Functions.Keepers;
using Relayer.Core.Ethereum;

namespace Functions.Council.Sections;

/// <summary>What the keepers did in the last day, and what it may cost.</summary>
internal static class Keepers
{
    private static readonly string[] Kinds = ["found", "skipped", "sent", "won", "lost", "failed", "dropped"];

    /// <summary>What somebody may want explained.</summary>
    private static readonly string[] Explained = ["skipped", "lost", "failed", "dropped"];

    public static Html Of(KeepersAnswer keepers, IReadOnlyDictionary<long, string> names) => Html.Of($"""
        <section aria-labelledby="keepers"><h2 id="keepers">Keepers</h2>
        <p>They act where the community did not. Lost to somebody faster is no fault: the work is done. More in <a href="keepers">the JSON</a>.</p>
        {Doings(keepers.Keepers, names)}{Reasons(keepers.Keepers, names)}{Budgets(keepers.Keepers, names)}</section>
        """);

    private static Html Doings(IReadOnlyList<KeeperAnswer> keepers, IReadOnlyDictionary<long, string> names) => Table.Of(
        "Decisions of the last 24 hours",
        ["Keeper", "Chain", "State", "Last run", .. Kinds.Select(kind => $"#{char.ToUpperInvariant(kind[0])}{kind[1..]}"), "#Waiting", "#Under way"],
        [.. keepers.Select(keeper => Table.Row(
            Html.Of($"{Format.Plain(keeper.Name)}"), Table.Cell(NameOf(keeper.ChainId, names)), Table.Cell(State(keeper)),
            Table.Cell(Format.Time(keeper.LastRunAt)),
            Html.Each(Kinds, kind => Table.Figure(keeper.LastDay.TryGetValue(kind, out var count) ? Format.Count(count) : Html.Of($"0"))),
            Table.Figure(Format.Count(keeper.Open)), Table.Figure(Format.Count(keeper.UnderWay))))],
        "No keeper is configured.");

    private static Html Reasons(IReadOnlyList<KeeperAnswer> keepers, IReadOnlyDictionary<long, string> names)
    {
        var rows = keepers.SelectMany(keeper => keeper.Reasons.Where(reason => Explained.Contains(reason.Decision)).Select(reason => Table.Row(
            Html.Of($"{Format.Plain(keeper.Name)}"), Table.Cell(NameOf(keeper.ChainId, names)), Table.Cell(reason.Decision),
            Table.Cell(Format.Plain(reason.Reason)), Table.Figure(Format.Count(reason.Count)), Table.Cell(Format.Time(reason.LastAt)),
            Table.Cell(reason.LastSubject), Table.Cell(reason.LastDetail)))).ToArray();
        return rows.Length == 0 ? Html.Empty : Table.Of(
            "Why, in the last 24 hours", ["Keeper", "Chain", "Decision", "Because", "#Times", "Last", "About", "Which says"], rows, "");
    }

    private static Html Budgets(IReadOnlyList<KeeperAnswer> keepers, IReadOnlyDictionary<long, string> names) => keepers.Count == 0 ? Html.Empty : Table.Of(
        "Budgets of today; ether",
        ["Lane", "Keeper", "Chain", "Mode", "#May lose", "#Lost", "#Held for what is under way", "Stands still until"],
        [.. keepers.SelectMany(keeper => keeper.Lanes.Select(lane => Table.Row(
            Html.Of($"{lane.Name}"), Table.Cell(Format.Plain(keeper.Name)), Table.Cell(NameOf(keeper.ChainId, names)),
            Table.Cell(lane.DryRun ? $"{lane.Mode}, dry run" : lane.Mode), Amount(lane.BudgetWei), Amount(lane.SpentWei), Amount(lane.HeldWei),
            Table.Cell(Format.Time(lane.BreakerOpenUntil)))))],
        "");

    private static Html State(KeeperAnswer keeper) => keeper switch
    {
        { Paused: true } => Badge("bad", "paused"),
        { LastOutcome: "unavailable" } => Badge("warn", "unavailable"),
        { LastOutcome: "chain_stalled" } => Badge("warn", "chain stands still"),
        { LastOutcome: null } => Badge("soft", "has not run"),
        _ => Badge("good", "at work"),
    };

    private static Html Badge(string tone, string text) => Html.Of($"<span class=\"badge {tone}\">{text}</span>");

    private static Html Amount(string wei) => Table.Figure(Format.Ether(Wei.TryParse(wei, out var amount) ? Functions.Treasury.Amount.Of(amount) : null));

    private static string NameOf(long chainId, IReadOnlyDictionary<long, string> names) => names.GetValueOrDefault(chainId, $"{chainId}");
}
