using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;
using Relayer.Core.Providers.Pool;

namespace Relayer.Core.Providers.Client;

/// <summary>Gives signed transactions to every provider, the same bytes to each.</summary>
/// <remarks>
/// Who calls waits only until each transaction was taken by one of them; the others go on in the background, each for one timeout at
/// most and no more than a few at once. A refusal counts only when no provider took the transaction.
/// </remarks>
/// <param name="pool">The chain's providers.</param>
internal sealed class Broadcast(RpcPool pool)
{
    /// <summary>A provider that is this far behind with broadcasts is left out of the next one if another takes it.</summary>
    private const int MostUnderWay = 16;

    /// <summary>Broadcasts, with one outcome each, in order.</summary>
    /// <exception cref="ChainUnavailableException">No provider answered at all.</exception>
    public async Task<SendOutcome[]> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> raw, CancellationToken cancellation)
    {
        var recipients = await pool.RecipientsAsync(cancellation);
        if (recipients.Count == 1)
        {
            var (_, outcomes, fault) = await AskAsync(0, recipients[0].Provider, raw, cancellation);
            return outcomes ?? throw pool.Unavailable([$"{recipients[0].Provider.Client.Name} {fault!.Message}"]);
        }

        var answers = new SendOutcome[]?[recipients.Count];
        var faults = new List<string>();

        // Those that answer at once; the ones that failed of late, or are busy, only where that was not enough.
        var first = recipients.Select(MayBeGivenAtOnce).ToArray();
        await OfferAsync(i => first[i], atOnce: true);
        if (!IsTaken(answers, raw.Count))
        {
            await OfferAsync(i => !first[i], atOnce: false);
        }

        return Array.TrueForAll(answers, answer => answer is null) ? throw pool.Unavailable(faults) : Merge(answers, raw.Count);

        async Task OfferAsync(Predicate<int> isMeant, bool atOnce)
        {
            var meant = Enumerable.Range(0, recipients.Count).Where(i => isMeant(i)).ToList();
            var asking = new List<Task<Answer>>();
            while ((meant.Count > 0 || asking.Count > 0) && !IsTaken(answers, raw.Count))
            {
                while (meant.Count > 0 && (atOnce || asking.Count == 0))
                {
                    asking.Add(AskAsync(meant[0], recipients[meant[0]].Provider, raw, cancellation));
                    meant.RemoveAt(0);
                }

                var done = await Task.WhenAny(asking);
                asking.Remove(done);
                var answer = await done;
                answers[answer.Index] = answer.Outcomes;
                if (answer.Fault is { } fault)
                {
                    faults.Add($"{recipients[answer.Index].Provider.Client.Name} {fault.Message}");
                }
            }
        }
    }

    private static bool MayBeGivenAtOnce((Provider Provider, ProviderState State) recipient, int place) =>
        ProviderRank.Answers(recipient.State) && (place == 0 || recipient.Provider.Broadcasts < MostUnderWay);

    private static async Task<Answer> AskAsync(
        int index, Provider provider, IReadOnlyList<ReadOnlyMemory<byte>> raw, CancellationToken cancellation)
    {
        provider.BeginBroadcast();
        try
        {
            if (await provider.EnsureChainAsync(cancellation) is { } unfit)
            {
                return new(index, null, unfit);
            }

            var sent = raw.Select(RpcTransactions.SendRaw).ToArray();
            await provider.Client.SendAsync(sent, cancellation);
            provider.NoteAnswer();
            return new(index, Array.ConvertAll(sent, OutcomeOf), null);
        }
        catch (ProviderFaultException fault)
        {
            provider.Note(fault);
            return new(index, null, fault);
        }
        finally
        {
            provider.EndBroadcast();
        }
    }

    // What was answered wrongly may have been taken: it counts as sent, and is sent again.
    private static SendOutcome OutcomeOf(RpcCall<Hash32> call) =>
        new(call.Fault is { } fault ? new NodeError(NodeErrorKind.Unknown, 0, fault.Message) : call.Error);

    private static bool IsTaken(SendOutcome[]?[] answers, int count) =>
        Enumerable.Range(0, count).All(i => Array.Exists(answers, answer => answer is not null && answer[i].IsAccepted));

    // In the order of preference, not of arrival: the same answers always amount to the same outcome.
    private static SendOutcome[] Merge(SendOutcome[]?[] answers, int count)
    {
        var merged = new SendOutcome?[count];
        foreach (var answer in answers.OfType<SendOutcome[]>())
        {
            for (var i = 0; i < count; i++)
            {
                merged[i] = SendOutcomes.Better(merged[i], answer[i]);
            }
        }

        return Array.ConvertAll(merged, outcome => outcome!.Value);
    }

    private sealed record Answer(int Index, SendOutcome[]? Outcomes, ProviderFaultException? Fault);
}
