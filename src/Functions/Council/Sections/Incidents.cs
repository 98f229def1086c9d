using Functions.Gas;

namespace Functions.Council.Sections;

/// <summary>What went wrong: what lasts, and what is over.</summary>
internal static class Incidents
{
    public static Html Of(IncidentsAnswer incidents) => Html.Of($"""
        <section aria-labelledby="incidents"><h2 id="incidents">Incidents</h2>
        <h3>Open</h3>{Open(incidents.Open)}
        <h3>Over</h3>{Closed(incidents.Closed)}
        </section>
        """);

    private static Html Open(IReadOnlyList<IncidentAnswer> open) => Table.Of(
        "Open incidents, the worst first", ["What", "How bad", "Since", "What to do"],
        [.. open.Select(incident => Table.Row(
            What(incident), Table.Cell(Html.Of($"<span class=\"badge {Tone(incident.Severity)}\">{incident.Severity}</span>")),
            Table.Cell(Words.Time(incident.OpenedAt)),
            Table.Cell(incident.NeedsPerson ? "A person has to look and clear it." : "It ends by itself once its cause is gone.")))],
        "No incident is open.");

    private static Html Closed(IReadOnlyList<IncidentAnswer> closed) => Table.Of(
        "The newest incidents that are over", ["What", "From", "To", "Why it ended"],
        [.. closed.Select(incident => Table.Row(
            What(incident), Table.Cell(Words.Time(incident.OpenedAt)), Table.Cell(Words.Time(incident.ClosedAt)),
            Table.Cell(incident.ClosedBy is null ? incident.ClosedWhy : $"{incident.ClosedWhy} (cleared by {incident.ClosedBy})")))],
        "There was none.");

    private static Html What(IncidentAnswer incident) => Html.Of($"""
        <span id="incident-{incident.Id}">{incident.Title}</span><br><span class="soft">{incident.Detail}</span>
        """);

    private static string Tone(string severity) => severity switch
    {
        "critical" => "bad",
        "warning" => "warn",
        _ => "soft",
    };
}
