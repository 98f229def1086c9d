using System.Diagnostics;
using Npgsql;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Records;
using Relayer.Core.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Relay.Admission;

/// <summary>Carries out what passed the rules: the one write, then on chain.</summary>
/// <remarks>From the write on a request is carried out, whatever happens to this process or to the caller.</remarks>
internal sealed class RelayDispatch
{
    private readonly ChainEngines _engines;
    private readonly RelayReader _reads;
    private readonly RelayValidator _validator;
    private readonly TimeProvider _time;
    private readonly Dictionary<ChainId, Lazy<RelayIntake>> _intakes;

    /// <summary>Connects the parts; does no I/O.</summary>
    public RelayDispatch(ChainEngines engines, Database database, RelayReader reads, RelayValidator validator, BudgetGate gate, TimeProvider time)
    {
        (_engines, _reads, _validator, _time) = (engines, reads, validator, time);
        _intakes = engines.Chains.ToDictionary(
            chainId => chainId, chainId => new Lazy<RelayIntake>(() => new RelayIntake(engines.Get(chainId), database, gate, time)));
    }

    /// <summary>Records a request that passed the rules, and sends it.</summary>
    public async Task<RelayDecision> CarryOutAsync(
        RelayCandidate candidate, RelayFacts facts, CancellationToken cancellation)
    {
        var engine = _engines.Get(candidate.Request.ChainId);
        var quote = await engine.QuoteAsync(candidate.Call.Gas, candidate.Call.Data.Length, SignerUse.Relays, cancellation);
        if (quote.TipAboveCap is { } tip)
        {
            return Rejected(
                RefusalCode.TipAboveCap, $"Nodes of this chain take nothing with a tip below {tip} wei, which is above this relayer's cap. Retry later.", TimeSpan.FromMinutes(1));
        }

        if (quote.Fees is null)
        {
            return Rejected(RefusalCode.ChainUnavailable, "The base fee is above this chain's fee cap. Retry later.", TimeSpan.FromSeconds(15));
        }

        // Behind a request under way only its own signer will do: another could be mined first.
        var signers = facts.Predecessor is { } predecessor ? quote.Signers.Where(signer => signer == predecessor.Signer).ToArray() : quote.Signers;
        if (signers.Count == 0)
        {
            return Rejected(RefusalCode.SignersExhausted, "No signer can pay for this request at the moment.", TimeSpan.FromSeconds(15));
        }

        CrashPoints.Pass(CrashPoints.RelayEvaluated);
        switch (await _intakes[candidate.Request.ChainId].Value.AcceptAsync(new PendingRelay(candidate, quote.Fees, signers), cancellation))
        {
            case IntakeOutcome.Refused refused:
                return new RelayDecision.Rejected(await ExplainAsync(candidate, refused.Refusal, cancellation));
            case IntakeOutcome.Written written:
                // Recorded: from here on it is carried out, whether or not the caller still waits.
                return new RelayDecision.Accepted(await AnswerAsync(candidate, written.Submission));
            default:
                return await _reads.FindAsync(candidate.Id, cancellation) is { } known
                    ? new RelayDecision.Known(known)
                    : throw new UnreachableException("the database holds the relay but does not show it");
        }
    }

    /// <summary>The database only says that a share is used up; the records say which one, and so when to come back.</summary>
    private async Task<Refusal> ExplainAsync(RelayCandidate candidate, Refusal objection, CancellationToken cancellation) =>
        objection.Code == RefusalCode.QuotaExceeded
            ? _validator.RefuseByRecords(candidate, await _reads.FactsAsync(candidate, cancellation)) ?? objection
            : objection;

    private static async Task<RelayRecord> AnswerAsync(RelayCandidate candidate, Task<Submission> sending)
    {
        Hash32? hash = null;
        var state = RelayState.Accepted;
        try
        {
            var submission = await sending;
            (hash, state) = (submission.Hash, submission.IsTaken ? RelayState.Pending : RelayState.Accepted);
        }
        catch (Exception later) when (later is SignerUnavailableException or NpgsqlException)
        {
            // The record is safe; the engine's next pass signs and sends it.
        }

        var message = candidate.Message;
        return new RelayRecord(
            candidate.Id, state, candidate.Request.ChainId, candidate.Request.Forwarder, message.From, message.To, message.Nonce,
            hash, null, null, null, null, candidate.Now, candidate.Now, 0);
    }

    private static RelayDecision.Rejected Rejected(string code, string detail, TimeSpan retryAfter) =>
        new(new Refusal(code, detail, RetryAfter: retryAfter));
}
