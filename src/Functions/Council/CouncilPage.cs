using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Functions.Council.Sections;
using Functions.Keepers;
using Functions.Treasury;

namespace Functions.Council;

/// <summary>The page that the council reads. Made of the answers of <c>GET /api/gas</c> and <c>GET /api/keepers</c> and of nothing else, so every figure on it is there too.</summary>
/// <remarks>Pure. No script, nothing from elsewhere; the one style sheet stands in the page and is allowed by its hash.</remarks>
internal static class CouncilPage
{
    private static readonly Html Style = new(ReadStyle());

    /// <summary>What the browser may do with it: apply this style sheet, and no more.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style.Text)))}'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>What is shown while the records cannot be read.</summary>
    public static Html Unavailable { get; } = Document("Relayer: no figures", Html.Of($"""
        <header><h1>The relayer and its gas</h1></header>
        <main id="main"><section class="glance" aria-label="At a glance"><div class="card bad"><h2>Is it healthy?</h2>
        <p class="big"><span aria-hidden="true">✕</span> The records cannot be read</p>
        <p>So there are no figures at the moment. Requests that were accepted are safe: they are carried out once the database is back. New ones
        are refused until then.</p><p><a href="council">Read again</a>; what the relayer can reach is told by <a href="ready">its readiness</a>.</p></div></section></main>
        """));

    /// <summary>The whole page.</summary>
    public static Html Render(GasAnswer gas, KeepersAnswer keepers)
    {
        var names = gas.Chains.ToDictionary(chain => chain.ChainId, chain => chain.Name);
        return Document(Title(gas), Html.Of($"""
            <a class="skip" href="#main">Skip to the figures</a>
            <header><h1>The relayer and its gas</h1><p>Figures of {Format.Time(gas.GeneratedAt)}; balances by block, as each says. <a href="council">Read again</a></p></header>
            <main id="main">{Summary.Of(gas)}{Html.Each(gas.Chains, chain => Chains.Of(chain, gas.Spend.Daily))}
            {Spending.Of(gas.Spend, names)}{TopUps.Of(gas.Chains)}{Sections.Keepers.Of(keepers, names)}{Incidents.Of(gas.Incidents)}</main>
            <footer><p>Every figure here is in <a href="gas">the JSON</a>, exact to the wei, and in <a href="keepers">that of the keepers</a>; longer histories: <a href="gas/spend">spend</a>, <a href="gas/top-ups">top-ups</a>, <a href="gas/history">balances</a>, each also with <code>?format=csv</code>.</p></footer>
            """));
    }

    private static Html Document(string title, Html body) => Html.Of($"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title><meta name="robots" content="noindex"><link rel="icon" href="data:,"><style>{Style}</style></head>
        <body>{body}
        </body></html>
        """);

    private static string Title(GasAnswer gas) => gas.Status == "healthy" ? "Relayer: healthy" : $"Relayer: {gas.Status}";

    private static string ReadStyle()
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var reader = new StreamReader(assembly.GetManifestResourceStream("Functions.Council.page.css")!);
        return reader.ReadToEnd();
    }
}
