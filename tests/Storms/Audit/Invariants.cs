using System.Numerics;
using Relayer.Core.Relay.Records;
using Storms.Field;

namespace Storms.Audit;

/// <summary>What must hold after every storm. Pure: users' answers, ledger and chain in, violations out.</summary>
internal sealed class Invariants(IReadOnlyCollection<Errand> errands, Ledger ledger, ChainTruth chain)
{
    /// <summary>Everything that does not hold.</summary>
    public IEnumerable<string> Violations() =>
        Answers().Concat(Requests()).Concat(Nonces()).Concat(Transactions()).Concat(Money()).Concat(Shares());

    /// <summary>Everybody got an answer, and only what is sponsored and signed got a good one.</summary>
    private IEnumerable<string> Answers()
    {
        foreach (var errand in errands.Where(errand => errand.Verdict is null))
        {
            yield return $"never answered: {errand}";
        }

        foreach (var errand in errands.Where(errand => errand.IsAccepted && errand.Kind is ErrandKind.Forged or ErrandKind.Forbidden))
        {
            yield return $"accepted and should not be: {errand}";
        }

        foreach (var errand in errands.Where(errand => errand is { Kind: ErrandKind.Count, IsAccepted: false, Verdict: not null }))
        {
            yield return $"refused with {errand.Verdict} and should not be: {errand}";
        }
    }

    /// <summary>What was accepted is on chain as the ledger says, once; what was refused is nowhere.</summary>
    private IEnumerable<string> Requests()
    {
        var relays = ledger.Relays.ToDictionary(relay => relay.Id);
        foreach (var errand in errands)
        {
            var executions = chain.Executed[errand.Key].ToArray();
            var relay = relays.GetValueOrDefault(errand.Id);
            if (relay is null)
            {
                if (errand.IsAccepted)
                {
                    yield return $"accepted and not on record: {errand}";
                }

                if (executions.Length > 0)
                {
                    yield return $"on chain {executions.Length} times and not on record: {errand}";
                }

                continue;
            }

            if (errand.Verdict is { IsAccepted: false })
            {
                yield return $"refused with {errand.Verdict} and on record as {relay.State}: {errand}";
            }

            if (executions.Length > 1)
            {
                yield return $"on chain {executions.Length} times: {errand}";
            }

            var ran = executions.Contains(true);
            if (ran != (relay.State == RelayState.Confirmed) || ran != (relay.Success == true))
            {
                yield return $"the ledger says {relay.State} (success {relay.Success}, {relay.Reason}), the chain that it {(ran ? "ran" : "did not run")}: {errand}";
            }

            if (errand.Kind == ErrandKind.Count && !ran)
            {
                yield return $"accepted and never ran ({relay.State}: {relay.Reason}): {errand}";
            }
        }

        foreach (var rivals in errands.Where(errand => errand.Kind == ErrandKind.Rival).GroupBy(errand => errand.Message.From))
        {
            var winners = rivals.Count(errand => chain.Executed[errand.Key].Contains(true));
            if (winners != 1 && rivals.Any(errand => errand.IsAccepted))
            {
                yield return $"{winners} of two rivals ran: {rivals.First()}";
            }
        }

        foreach (var user in errands.GroupBy(errand => errand.Message.From))
        {
            var ran = user.Select(errand => errand.Key).Distinct().Sum(key => chain.Executed[key].Count(success => success));
            if (chain.Counts[user.Key] != ran)
            {
                yield return $"the target counted {user.Key} {chain.Counts[user.Key]} times, the events {ran} times";
            }
        }

        var strangers = ledger.Relays.Select(relay => relay.Id).Except(errands.Select(errand => errand.Id)).ToArray();
        if (strangers.Length > 0)
        {
            yield return $"{strangers.Length} relays on record that nobody posted";
        }
    }

    /// <summary>No nonce is open: chain and counter agree, and below them each nonce has one row.</summary>
    private IEnumerable<string> Nonces()
    {
        foreach (var (signer, onChain) in chain.Nonces)
        {
            var next = ledger.NextNonces.GetValueOrDefault(signer);
            if (next != onChain)
            {
                yield return $"signer {signer}: the chain's nonce is {onChain}, the next one {next}";
            }

            var taken = ledger.Transactions.Where(transaction => transaction.Signer == signer).Select(transaction => transaction.Nonce).Order();
            if (!taken.SequenceEqual(Enumerable.Range(0, (int)onChain).Select(nonce => (long)nonce)))
            {
                yield return $"signer {signer}: rows and nonces differ: {onChain} on chain, {taken.Count()} rows";
            }
        }

        var unknown = ledger.Transactions.Select(transaction => transaction.Signer).Except(chain.Nonces.Keys).ToArray();
        if (unknown.Length > 0)
        {
            yield return $"transactions of signers that nobody configured: {string.Join(", ", unknown)}";
        }
    }

    /// <summary>Every transaction ended, by exactly one of its attempts, as its receipt says.</summary>
    private IEnumerable<string> Transactions()
    {
        foreach (var transaction in ledger.Transactions)
        {
            var name = $"transaction {transaction.Id} (nonce {transaction.Nonce} of {transaction.Signer}, state {transaction.State})";
            var mined = transaction.Attempts.Where(attempt => chain.Mined.ContainsKey(attempt.Hash)).ToArray();
            if (mined.Length != 1)
            {
                yield return $"{mined.Length} of {transaction.Attempts.Count} attempts are mined: {name}";
                continue;
            }

            var receipt = chain.Mined[mined[0].Hash];
            short state = mined[0].IsNoop ? (short)5 : receipt.Succeeded ? (short)4 : (short)6;
            if (transaction.State != state || transaction.Hash != mined[0].Hash || transaction.Succeeded != receipt.Succeeded
                || transaction.BlockNumber != receipt.BlockNumber || transaction.GasUsed != receipt.GasUsed || transaction.Signer != receipt.From)
            {
                yield return $"the ledger has {transaction}, the chain {mined[0]} as {receipt}";
            }

            if (transaction.Fee != receipt.Fee)
            {
                yield return $"fee {transaction.Fee}, on chain {receipt.Fee}: {name}";
            }
        }
    }

    /// <summary>The ledger's fees are what the signers have less, to the wei.</summary>
    private IEnumerable<string> Money()
    {
        foreach (var (signer, spent) in chain.Spent)
        {
            var fees = Sum(ledger.Transactions.Where(transaction => transaction.Signer == signer).Select(transaction => transaction.Fee));
            if (fees != spent)
            {
                yield return $"signer {signer} spent {spent} wei, the ledger says {fees}";
            }
        }
    }

    /// <summary>What the relays are said to have cost is what the transactions cost that carried them, or ended without doing so.</summary>
    private IEnumerable<string> Shares()
    {
        var carriers = ledger.Relays.SelectMany(relay => relay.Earlier.Append(relay.Transaction)).ToHashSet();
        var paid = Sum(ledger.Transactions.Where(transaction => carriers.Contains(transaction.Id)).Select(transaction => transaction.Fee));
        var told = Sum(ledger.Relays.Select(relay => relay.Fee));
        if (told != paid)
        {
            yield return $"the transactions that carried relays cost {paid} wei, the relays {told}";
        }

        // Where nobody went again, each transaction's shares add up by themselves.
        var again = ledger.Relays.SelectMany(relay => relay.Earlier).ToHashSet();
        var fees = ledger.Transactions.ToDictionary(transaction => transaction.Id, transaction => transaction.Fee);
        foreach (var carried in ledger.Relays.GroupBy(relay => relay.Transaction))
        {
            if (!again.Contains(carried.Key) && carried.All(relay => relay.Earlier.Count == 0) && Sum(carried.Select(relay => relay.Fee)) is var sum
                && sum != fees[carried.Key])
            {
                yield return $"transaction {carried.Key} cost {fees[carried.Key]}, its {carried.Count()} relays {sum}";
            }
        }
    }

    private static BigInteger Sum(IEnumerable<BigInteger?> amounts) =>
        amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + (amount ?? BigInteger.Zero));
}
