using System.Globalization;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Relayer.Core.Ethereum;
using Relayer.Core.Treasury.Reports;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Functions.Treasury;

/// <summary>A page of sums of the spend ledger, in the order of chain, day, purpose, target, selector, user.</summary>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day.</param>
/// <param name="GroupBy">What is told apart.</param>
/// <param name="Rows">The sums.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record SpendPage(string From, string To, IReadOnlyList<string> GroupBy, IReadOnlyList<SpendRowAnswer> Rows, string? NextCursor);

/// <summary>A sum; members that are not told apart are null.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Day">The day, UTC, of when the transactions became final.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Target">The contract called.</param>
/// <param name="Selector">The function's selector, or <c>0x</c>.</param>
/// <param name="User">The user.</param>
/// <param name="Fee">Fees paid: reverted transactions, noops and L1 fees included.</param>
/// <param name="Actions">Users' requests; a transaction that carries none is one action.</param>
/// <param name="Transactions">Transactions mined; null by user, since one may carry several users' requests.</param>
public sealed record SpendRowAnswer(
    long ChainId, string? Day, string? Purpose, string? Target, string? Selector, string? User, Amount Fee, long Actions, long? Transactions);

/// <summary>A page of top-ups, newest first.</summary>
/// <param name="TopUps">The transfers.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record TopUpPage(IReadOnlyList<TopUpAnswer> TopUps, string? NextCursor);

/// <summary>A page of balances, newest first. Every reading is kept for 2 days, one an hour for 60, then one a day.</summary>
/// <param name="Balances">The balances.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryAnswer> Balances, string? NextCursor);

/// <summary>What an account held.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Account">The account.</param>
/// <param name="Role"><c>council</c>, <c>signer</c> or <c>former</c>.</param>
/// <param name="BlockNumber">At this block.</param>
/// <param name="BlockHash">The block's hash.</param>
/// <param name="BlockTime">The block's time.</param>
/// <param name="TakenAt">When it was asked for.</param>
/// <param name="Agreement"><c>agreed</c>, <c>single</c> or <c>disputed</c>.</param>
/// <param name="Balance">The balance; null where the providers disagreed.</param>
/// <param name="Nonce">The nonce; likewise.</param>
public sealed record HistoryAnswer(
    long ChainId, string Account, string Role, long BlockNumber, string BlockHash, DateTimeOffset BlockTime, DateTimeOffset TakenAt,
    string Agreement, Amount? Balance, long? Nonce);

/// <summary>Shows pages, as JSON or as a table.</summary>
internal static class GasPages
{
    public static IResult Show(SpendQuery query, IReadOnlyList<SpendRow> rows, HttpRequest request, bool asCsv)
    {
        var page = new SpendPage(
            GasListing.DayOf(query.From), GasListing.DayOf(query.To),
            [.. Enum.GetValues<SpendGroups>().Where(group => group != SpendGroups.None && query.GroupBy.HasFlag(group)).Select(group => group.ToString().ToLowerInvariant())],
            [.. rows.Take(query.Limit - 1).Select(Show)],
            rows.Count == query.Limit ? Cursors.Encode(rows[query.Limit - 2].Key.Encode()) : null);
        return asCsv
            ? new CsvResult(
                "spend", Csv.Write(
                    ["chainId", "day", "purpose", "target", "selector", "user", "feeWei", "feeEther", "actions", "transactions"],
                    page.Rows.Select(row => (string?[])
                    [
                        Text(row.ChainId), row.Day, row.Purpose, row.Target, row.Selector, row.User, row.Fee.Wei, row.Fee.Ether, Text(row.Actions),
                        Text(row.Transactions),
                    ])),
                Cursors.Next(request, page.NextCursor))
            : Json(page, GasAnswersJson.Default.SpendPage);
    }

    public static IResult Show(IReadOnlyList<TopUp> topUps, int limit, HttpRequest request, bool asCsv)
    {
        var page = new TopUpPage(
            [.. topUps.Take(limit - 1).Select(GasListing.Show)], topUps.Count == limit ? Cursors.Encode(Text(topUps[limit - 2].Sequence)!) : null);
        return asCsv
            ? new CsvResult(
                "top-ups", Csv.Write(
                    [
                        "id", "chainId", "council", "recipient", "state", "requestedWei", "receivedWei", "deficitWei", "feeWei", "transactionHash",
                        "blockNumber", "readBlock", "createdAt", "updatedAt",
                    ],
                    page.TopUps.Select(item => (string?[])
                    [
                        item.Id, Text(item.ChainId), item.Council, item.Recipient, item.State, item.Requested.Wei, item.Received?.Wei, item.Deficit.Wei,
                        item.Fee?.Wei, item.TransactionHash, Text(item.BlockNumber), Text(item.ReadBlock), Text(item.CreatedAt), Text(item.UpdatedAt),
                    ])),
                Cursors.Next(request, page.NextCursor))
            : Json(page, GasAnswersJson.Default.TopUpPage);
    }

    public static IResult Show(IReadOnlyList<HistoryRow> rows, int limit, HttpRequest request, bool asCsv)
    {
        var page = new HistoryPage(
            [.. rows.Take(limit - 1).Select(Show)], rows.Count == limit ? Cursors.Encode(Cursors.Of(rows[limit - 2].Key)) : null);
        return asCsv
            ? new CsvResult(
                "balances", Csv.Write(
                    ["chainId", "account", "role", "blockNumber", "blockHash", "blockTime", "takenAt", "agreement", "balanceWei", "balanceEther", "nonce"],
                    page.Balances.Select(item => (string?[])
                    [
                        Text(item.ChainId), item.Account, item.Role, Text(item.BlockNumber), item.BlockHash, Text(item.BlockTime), Text(item.TakenAt),
                        item.Agreement, item.Balance?.Wei, item.Balance?.Ether, Text(item.Nonce),
                    ])),
                Cursors.Next(request, page.NextCursor))
            : Json(page, GasAnswersJson.Default.HistoryPage);
    }

    private static SpendRowAnswer Show(SpendRow row) => new(
        row.Key.ChainId.Value, row.Key.Day is { } day ? GasListing.DayOf(day) : null, row.Key.Purpose, row.Key.Target?.ToString(),
        row.Key.Selector is { } selector ? Hex.Encode(selector.Span) : null, row.Key.User?.ToString(), Amount.Of(row.Fee), row.Actions,
        row.Transactions);

    private static HistoryAnswer Show(HistoryRow row) => new(
        row.Key.ChainId.Value, row.Key.Account.ToString(), GasListing.RoleOf(row.Role), row.BlockNumber, row.BlockHash.ToString(), row.BlockTime,
        row.Key.TakenAt, GasListing.AgreementOf(row.Agreement), Amount.OfNullable(row.Balance), row.Nonce);

    private static IResult Json<T>(T page, JsonTypeInfo<T> type) => TypedResults.Json(page, type);

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A table to save; the next page is in <c>Link</c>.</summary>
    private sealed class CsvResult(string name, string text, string? next) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "text/csv; charset=utf-8; header=present";
            httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.csv\"";
            if (next is not null)
            {
                httpContext.Response.Headers.Link = $"<{next}>; rel=\"next\"";
            }

            return httpContext.Response.WriteAsync(text, Encoding.UTF8, httpContext.RequestAborted);
        }
    }
}
