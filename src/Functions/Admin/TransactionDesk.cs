using System.Diagnostics;
using Relayer.Core.Operations;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Transactions.Replacement;

namespace Functions.Admin;

/// <summary>Carries out what operators ask of a transaction. Nothing is done before it is in the audit; how it ended follows there.</summary>
/// <param name="transactions">Finds transactions.</param>
/// <param name="engines">The chains' engines.</param>
/// <param name="audit">What operators did.</param>
public sealed class TransactionDesk(TransactionDirectory transactions, ChainEngines engines, AuditLog audit)
{
    internal const string WrongId = "The id must be a transaction's, as in /api/admin/transactions.";

    /// <summary>Has a noop take the nonce.</summary>
    public Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        RunAsync(request, id, "transaction.cancel", static engine => engine.CancelAsync, cancellation);

    /// <summary>Has the transaction replaced.</summary>
    public Task<IResult> SpeedUpAsync(HttpRequest request, string id, CancellationToken cancellation) =>
        RunAsync(request, id, "transaction.speed_up", static engine => engine.SpeedUpAsync, cancellation);

    private async Task<IResult> RunAsync(
        HttpRequest request, string text, string action, Func<ChainEngine, Operation> operation, CancellationToken cancellation)
    {
        if (!Guid.TryParse(text, out var id))
        {
            return AdminProblems.Malformed(WrongId);
        }

        var (instruction, refusal) = await InstructionReader.ReadAsync(request, cancellation);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await transactions.FindAsync(id, cancellation) is not { } found || !engines.Chains.Contains(found.ChainId))
        {
            return AdminProblems.UnknownTransaction(id);
        }

        var entry = new AuditEntry(instruction!, action, id.ToString(), AuditOutcome.Asked);
        await audit.AppendAsync(entry, cancellation);

        // From here on to the end, whether or not the caller still waits: the audit says how it ended.
        var outcome = await operation(engines.Get(found.ChainId))(id, CancellationToken.None);
        await audit.AppendAsync(entry with { Outcome = CodeOf(outcome) }, CancellationToken.None);
        return await ShowAsync(outcome, id, isCancel: action == "transaction.cancel", cancellation);
    }

    private async Task<IResult> ShowAsync(ReplacementOutcome outcome, Guid id, bool isCancel, CancellationToken cancellation) => outcome switch
    {
        ReplacementOutcome.NotFound => AdminProblems.UnknownTransaction(id),
        ReplacementOutcome.TooLate late => AdminProblems.Conflict(
            AdminProblems.TooLateCode, $"The transaction is {late.State}: nothing of it can be changed."),

        // A cancellation stays on record and is kept trying.
        ReplacementOutcome.AtCap when !isCancel => AdminProblems.Conflict(
            AdminProblems.AtCapCode, "Nothing more may be offered under the chain's Fees caps: raise them, or wait for the market to fall."),
        _ => TypedResults.Json(
            new ReplacementAnswer(CodeOf(outcome), TransactionAnswer.Of((await transactions.FindAsync(id, cancellation))!)),
            TransactionJson.Default.ReplacementAnswer,
            statusCode: outcome is ReplacementOutcome.Done ? StatusCodes.Status200OK : StatusCodes.Status202Accepted),
    };

    private static string CodeOf(ReplacementOutcome outcome) => outcome switch
    {
        ReplacementOutcome.Done => AuditOutcome.Done,
        ReplacementOutcome.Recorded => "recorded",
        ReplacementOutcome.NotFound => AdminProblems.UnknownTransactionCode,
        ReplacementOutcome.TooLate => AdminProblems.TooLateCode,
        ReplacementOutcome.AtCap => AdminProblems.AtCapCode,
        _ => throw new UnreachableException(),
    };

    private delegate Task<ReplacementOutcome> Operation(Guid id, CancellationToken cancellation);
}
