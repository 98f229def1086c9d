using Functions.Treasury;

namespace Functions.Council.Sections;

/// <summary>What went from the council's wallet to the signers, and what came in.</summary>
internal static class TopUps
{
    public static Html Of(IReadOnlyList<ChainGasAnswer> chains) => Html.Of($"""
        <section aria-labelledby="top-ups"><h2 id="top-ups">Top-ups</h2>
        <p><a href="gas/top-ups?format=csv">Download as CSV</a></p>{Html.Each(chains, Chain)}</section>
        """);

    private static Html Chain(ChainGasAnswer chain) => Html.Of($"""
        <h3>{chain.Name}</h3>{Rules(chain.TopUps)}{Transfers(chain.TopUps.Newest)}{Deposits(chain.Deposits)}
        """);

    private static Html Rules(TopUpsAnswer topUps)
    {
        if (!topUps.IsConfigured)
        {
            return Html.Of($"<p class=\"soft\">No wallet of the council is configured: nobody is filled.</p>");
        }

        var rules = topUps.Rules;
        var stopped = topUps.IsStopped ? Html.Of($"<p><strong class=\"bad\">Stopped.</strong> No transfer is made until a person says so.</p>") : Html.Empty;
        return Html.Of($"""
            {stopped}<p>At most {Format.Ether(rules.MaxPerTransfer)} ether in a transfer, {Format.Ether(rules.MaxPerSignerPerDay)} to a signer and {Format.Ether(rules.MaxPerDay)} in all in 24 hours, {Format.Age(rules.CoolDownSeconds)} between two to the same signer; {Format.Ether(rules.CouncilMinimum)} always stay in the wallet. Sent in the last 24 hours: {Format.Ether(topUps.SentLastDay)}.</p>
            """);
    }

    private static Html Transfers(IReadOnlyList<TopUpAnswer> transfers) => Table.Of(
        "The newest transfers; ether", ["When", "To", "State", "#Asked for", "#Received", "#Fee", "Transaction", "#Block"],
        [.. transfers.Select(transfer => Table.Row(
            Format.Time(transfer.CreatedAt), Table.Cell(Format.Hex(transfer.Recipient)), Table.Cell(Format.Plain(transfer.State)),
            Table.Figure(Format.Ether(transfer.Requested)), Table.Figure(OrNothing(transfer.Received)), Table.Figure(OrNothing(transfer.Fee)),
            Table.Cell(Format.Hex(transfer.TransactionHash)),
            Table.Figure(transfer.BlockNumber is { } block ? Format.Count(block) : Html.Empty)))],
        "No transfer was made yet.");

    private static Html Deposits(IReadOnlyList<DepositAnswer> deposits) => deposits.Count == 0 ? Html.Empty : Table.Of(
        "Deposits; ether", ["Noticed", "To", "#Amount", "From", "Shown by", "Transaction", "#Block"],
        [.. deposits.Select(deposit => Table.Row(
            Format.Time(deposit.NoticedAt), Table.Cell(Format.Hex(deposit.Account)), Table.Figure(Format.Ether(deposit.Amount)),
            Table.Cell(Format.Hex(deposit.Sender)), Table.Cell(EvidenceOf(deposit)), Table.Cell(Format.Hex(deposit.TransactionHash)),
            Table.Figure(deposit.FirstBlock == deposit.LastBlock
                ? Format.Count(deposit.LastBlock)
                : Html.Of($"{Format.Count(deposit.FirstBlock)} to {Format.Count(deposit.LastBlock)}"))))],
        "");

    private static Html EvidenceOf(DepositAnswer deposit) => deposit.Evidence switch
    {
        "transfer" => Html.Of($"the transaction"),
        "trace" => Html.Of($"a provider's trace"),
        "event" => Html.Of($"the payer's events"),
        _ => Html.Of($"<strong class=\"bad\">nothing</strong>"),
    };

    private static Html OrNothing(Amount? amount) => amount is null ? Html.Empty : Format.Ether(amount);
}
