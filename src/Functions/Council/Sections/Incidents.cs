using System.Globalization;
using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>What went wrong: what lasts, and what is over.</summary>
internal static class Incidents
{
    /// <summary>More than so many are a list that nobody reads on a page, and a page that no phone likes to load.</summary>
    private const int Shown = 10;

    public static Html Of(IncidentsAnswer incidents) => Html.Of($"""
        <section aria-labelledby="incidents"><h2 id="incidents">Incidents</h2>
        <h3>Open</h3>{Open(incidents.Open)}
        <h3>Over</h3>{Closed(incidents.Closed)}
        </section>
        """);

    /// <summary>Somebody should look at it: it waits for a person, or is more than a notice.</summary>
    public static bool WantsPerson(IncidentAnswer incident) => incident.NeedsPerson || incident.Severity != "notice";

    private static Html Open(IReadOnlyList<IncidentAnswer> open) => Html.Of($"""
        {Table.Of(
            "Open incidents, the worst first", ["What", "How bad", "Since", "What to do"],
            [.. open.OrderByDescending(WantsPerson).Take(Shown).Select(incident => Table.Row(
                What(incident), Table.Cell(Html.Of($"<span class=\"badge {Tone(incident.Severity)}\">{incident.Severity}</span>")),
                Table.Cell(Format.Time(incident.OpenedAt)), Table.Cell(ToDo(incident))))],
            "No incident is open.")}{More(open.Count - Shown)}
        """);

    private static Html More(int left) => left <= 0 ? Html.Empty : Html.Of($"""
        <p>And {left} more that are open, all of them in <a href="gas">the JSON</a>.</p>
        """);

    private static string ToDo(IncidentAnswer incident) => incident.NeedsPerson
        ? string.Create(CultureInfo.InvariantCulture, $"A person has to look and clear it: number {incident.Id}.")
        : "It ends by itself once its cause is gone.";

    private static Html Closed(IReadOnlyList<IncidentAnswer> closed) => Table.Of(
        "The newest incidents that are over", ["What", "From", "To", "Why it ended"],
        [.. closed.Select(incident => Table.Row(
            What(incident), Table.Cell(Format.Time(incident.OpenedAt)), Table.Cell(Format.Time(incident.ClosedAt)),
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
