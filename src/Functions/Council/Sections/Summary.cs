using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>What is to be seen first: is it healthy, how long does the money last, what needs a person.</summary>
internal static class Summary
{
    private const decimal Soon = 7, Later = 21;

    public static Html Of(GasAnswer gas) => Html.Of($"""
        <section class="glance" aria-label="At a glance">{Health(gas)}{DaysLeft(gas.Runway)}{Person(gas.Incidents.Open)}{Spent(gas.Spend)}</section>
        """);

    private static Html Health(GasAnswer gas)
    {
        var (tone, sign, words) = gas.Status switch
        {
            "healthy" => ("good", "✓", "Healthy"),
            "attention" => ("warn", "!", "Needs attention"),
            _ => ("bad", "✕", "Critical"),
        };
        var unread = gas.Chains.Where(chain => chain.Reading is null).Select(chain => chain.Name).ToArray();
        var note = unread.Length > 0 ? $"Balances were not read yet: {string.Join(", ", unread)}."
            : gas.Incidents.Open.Count == 0 ? "No open incident."
            : gas.Incidents.Open.Count == 1 ? "1 open incident."
            : $"{gas.Incidents.Open.Count} open incidents.";
        return Card(tone, "Is it healthy?", Html.Of($"<span aria-hidden=\"true\">{sign}</span> {words}"), Html.Of($"<p>{note}</p>"));
    }

    private static Html DaysLeft(RunwayAnswer runway)
    {
        var tone = runway.Week switch
        {
            { State: "no_spend" } => "good",
            { Days: < Soon } => "bad",
            { Days: < Later } => "warn",
            { Days: not null } => "good",
            _ => "warn",
        };
        return Card(
            tone, "How long does the money last?", Html.Of($"{Format.Days(runway.Week)}"), Html.Of($"""
            <p>On the chain where it ends first, at what the last 7 days cost. If gas stays expensive: {Format.Days(runway.Stressed)}.</p>
            """));
    }

    private static Html Person(IReadOnlyList<IncidentAnswer> open)
    {
        var wanting = open.Where(Incidents.WantsPerson).ToArray();
        if (wanting.Length == 0)
        {
            return Card("good", "What needs a person?", Html.Of($"Nothing"), Html.Empty);
        }

        const int Shown = 4;
        var items = Html.Each(wanting.Take(Shown), incident => Html.Of($"<li><a href=\"#incident-{incident.Id}\">{incident.Title}</a></li>"));
        var more = wanting.Length > Shown ? Html.Of($"<li><a href=\"#incidents\">and {wanting.Length - Shown} more</a></li>") : Html.Empty;
        var tone = wanting.Any(incident => incident.Severity == "critical") ? "bad" : "warn";
        return Card(
            tone, "What needs a person?", Html.Of($"{wanting.Length} {(wanting.Length == 1 ? "thing" : "things")}"), Html.Of($"<ul>{items}{more}</ul>"));
    }

    private static Html Spent(SpendSummary spend) => Card(
        "plain", "What was spent?", Html.Of($"{Format.Ether(spend.Month.Fee)} ether"), Html.Of($"""
        <p>In 30 days, for {Format.Count(spend.Month.Actions)} actions. Today so far: {Format.Ether(spend.Today.Fee)} ether for {Format.Count(spend.Today.Actions)}.</p>
        """));

    private static Html Card(string tone, string question, Html answer, Html more) => Html.Of($"""
        <div class="card {tone}"><h2>{question}</h2><p class="big">{answer}</p>{more}</div>
        """);
}
