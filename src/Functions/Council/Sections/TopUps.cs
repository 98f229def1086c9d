using Functions.Gas;

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
            {stopped}<p>At most {Words.Ether(rules.MaxPerTransfer)} ether in a transfer, {Words.Ether(rules.MaxPerSignerPerDay)} to a signer and {Words.Ether(rules.MaxPerDay)} in all in 24 hours, {Words.Age(rules.CoolDownSeconds)} between two to the same signer; {Words.Ether(rules.CouncilMinimum)} always stay in the wallet. Sent in the last 24 hours: {Words.Ether(topUps.SentLastDay)}.</p>
            """);
    }

    private static Html Transfers(IReadOnlyList<TopUpAnswer> transfers) => Table.Of(
        "The newest transfers; ether", ["When", "To", "State", "#Asked for", "#Received", "#Fee", "Transaction", "#Block"],
        [.. transfers.Select(transfer => Table.Row(
            Words.Time(transfer.CreatedAt), Table.Cell(Words.Hex(transfer.Recipient)), Table.Cell(Words.Plain(transfer.State)),
            Table.Figure(Words.Ether(transfer.Requested)), Table.Figure(OrNothing(transfer.Received)), Table.Figure(OrNothing(transfer.Fee)),
            Table.Cell(Words.Hex(transfer.TransactionHash)),
            Table.Figure(transfer.BlockNumber is { } block ? Words.Count(block) : Html.Empty)))],
        "No transfer was made yet.");

    private static Html Deposits(IReadOnlyList<DepositAnswer> deposits) => deposits.Count == 0 ? Html.Empty : Table.Of(
        "Deposits made by hand; ether", ["Noticed", "To", "#Amount", "From", "Transaction", "#Block"],
        [.. deposits.Select(deposit => Table.Row(
            Words.Time(deposit.NoticedAt), Table.Cell(Words.Hex(deposit.Account)), Table.Figure(Words.Ether(deposit.Amount)),
            Table.Cell(Words.Hex(deposit.Sender)), Table.Cell(Words.Hex(deposit.TransactionHash)),
            Table.Figure(deposit.FirstBlock == deposit.LastBlock
                ? Words.Count(deposit.LastBlock)
                : Html.Of($"{Words.Count(deposit.FirstBlock)} to {Words.Count(deposit.LastBlock)}"))))],
        "");

    private static Html OrNothing(Amount? amount) => amount is null ? Html.Empty : Words.Ether(amount);
}
