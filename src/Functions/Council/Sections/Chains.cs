using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>A chain: its accounts, how long they last, and how that came about.</summary>
internal static class Chains
{
    public static Html Of(ChainGasAnswer chain, IReadOnlyList<DaySpendAnswer> daily) => Html.Of($"""
        <section aria-labelledby="chain-{chain.ChainId}"><h2 id="chain-{chain.ChainId}">{chain.Name} <span class="soft">chain {chain.ChainId}</span></h2>
        {Reading(chain.Reading)}{Evidence(chain.Evidence)}{Accounts(chain)}
        <h3>How long it lasts</h3>{Runways(chain)}
        {Budgets.Of(chain.Budgets)}
        <h3>Over time</h3>{Plots.Of(chain, daily)}
        </section>
        """);

    private static Html Reading(ReadingAnswer? reading)
    {
        if (reading is null)
        {
            return Html.Of($"<p class=\"warn\">Balances were not read yet.</p>");
        }

        var agreement = reading.Agreement switch
        {
            "agreed" => Html.Of($"<span class=\"good\">the providers agree</span>"),
            "single" => Html.Of($"<span class=\"warn\">one provider alone said so</span>"),
            _ => Html.Of($"<strong class=\"bad\">the providers disagree</strong>"),
        };
        var others = reading.Providers.Where(view => view.Status != "answered").ToArray();
        var notes = others.Length == 0 ? Html.Empty : Html.Of($"<ul>{Html.Each(others, Provider)}</ul>");
        return Html.Of($"""
            <p>Balances at block {Format.Count(reading.BlockNumber)} {Format.Hex(reading.BlockHash)} of {Format.Time(reading.BlockTime)}, read {Format.Age(reading.AgeSeconds)} before this page was made; {agreement}.</p>{notes}
            """);
    }

    private static Html Evidence(EvidenceAnswer evidence) => (evidence.OneProvidersWord, evidence.Operators) switch
    {
        (false, _) => Html.Of($"<p>What ends a transaction or moves money is what {evidence.Quorum} of {evidence.Operators} operators of providers say.</p>"),
        (_, 1) => Html.Of($"<p class=\"warn\">One provider's word was taken for all of this: no other operator is configured. With three, two must say the same.</p>"),
        _ => Html.Of($"<p class=\"warn\">One provider's word was taken where the other was silent: two operators are configured. With three, two must say the same.</p>"),
    };

    private static Html Provider(ProviderViewAnswer view) => Html.Of($"""
        <li><code>{view.Provider}</code>: {Format.Plain(view.Status)}{(view.Fault is null ? "" : $" ({view.Fault})")}</li>
        """);

    private static Html Accounts(ChainGasAnswer chain) => Table.Of(
        "Accounts; amounts in ether",
        ["Account", "#Balance", "Filled to", "State", "#Low mark", "#Target", "#Days left", "#Under way", "#Nonce", "Explained to the wei"],
        [.. chain.Accounts.Select(Account)],
        "No account is known yet.");

    private static Html Account(AccountAnswer account) => Table.Row(
        Html.Of($"{Role(account.Role)}<br>{Format.Hex(account.Address)}"),
        Table.Figure(account.Balance is null && account.Answers is not null ? Disputed(account.Answers) : Format.Ether(account.Balance)),
        Table.Cell(Fill(account)),
        Table.Cell(State(account)),
        Table.Figure(account.LowMark is null ? Html.Empty : Format.Ether(account.LowMark)),
        Table.Figure(account.Target is null ? Html.Empty : Format.Ether(account.Target)),
        Table.Figure(Format.Days(account.Runway.Week)),
        Table.Figure(account.Pending.Transactions == 0
            ? Html.Of($"none")
            : Html.Of($"{Format.Count(account.Pending.Transactions)}, at most {Format.Ether(account.Pending.MaxCost)}")),
        Table.Figure(Nonce(account)),
        Table.Cell(account.Books is { } books
            ? Html.Of($"blocks {Format.Count(books.SinceBlock)} to {Format.Count(books.ThroughBlock)}")
            : Html.Of($"<span class=\"soft\">not yet</span>")));

    private static Html Disputed(IReadOnlyList<ProviderBalanceAnswer> answers) => Html.Of($"""
        <strong class="bad">disputed</strong><br>{Html.Each(answers, answer => Html.Of($"{answer.Provider}: {Format.Ether(answer.Balance)}<br>"))}
        """);

    private static Html Fill(AccountAnswer account) => account is { Balance: { } balance, LowMark: { } low, Target: { } target }
        ? Charts.Meter.Draw(Format.ToDouble(balance), Format.ToDouble(low), Format.ToDouble(target))
        : Html.Empty;

    private static Html State(AccountAnswer account)
    {
        var badges = new List<Html>();
        if (account.IsPaused)
        {
            badges.Add(Badge("bad", $"paused{(account.PausedWhy is null ? "" : $": {Format.Plain(account.PausedWhy)}")}"));
        }

        if (account.IsLow)
        {
            badges.Add(Badge("warn", "low"));
        }

        return badges.Count > 0 ? Html.Each(badges, badge => badge) : Badge("good", account.Role == "former" ? "not in use" : "in use");
    }

    private static Html Badge(string tone, string text) => Html.Of($"<span class=\"badge {tone}\">{text}</span> ");

    private static Html Nonce(AccountAnswer account) => account.NonceGap is > 0 and var gap
        ? Html.Of($"{Format.Count(account.ChainNonce ?? 0)} <span class=\"soft\">+{gap}</span>")
        : account.ChainNonce is { } nonce ? Format.Count(nonce) : Html.Empty;

    private static string Role(string role) => role switch
    {
        "council" => "Council's wallet",
        "signer" => "Signer",
        _ => "Former signer",
    };

    private static Html Runways(ChainGasAnswer chain) => Table.Of(
        "All accounts of this chain together; ether a day",
        ["At what was spent in", "#A day", "#Days left"],
        [
            Row("the last day", chain.Burn.Day, chain.Runway.Day),
            Row("the last 7 days", chain.Burn.Week, chain.Runway.Week),
            Row("the last 30 days", chain.Burn.Month, chain.Runway.Month),
            Row("the last 30 days, while gas is expensive", null, chain.Runway.Stressed),
        ],
        "");

    private static Html Row(string name, Amount? rate, DaysLeftAnswer left) =>
        Table.Row(Html.Of($"{name}"), Table.Figure(rate is null ? Html.Empty : Format.Ether(rate)), Table.Figure(Format.Days(left)));
}
