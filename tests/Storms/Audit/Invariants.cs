using System.Numerics;
using Relayer.Core.Relay.Records;
using Storms.Workloads;

namespace Storms.Audit;

/// <summary>What must hold after every storm. Pure: users' answers, ledger and chain in, violations out.</summary>
internal sealed class Invariants(IReadOnlyCollection<SignedRequest> requests, Ledger ledger, ChainTruth chain)
{
    /// <summary>Everything that does not hold.</summary>
    public IEnumerable<string> Violations() => OfUsers().Concat(OfRecords());

    /// <summary>What does not hold of what users were answered and told, whatever it cost.</summary>
    public IEnumerable<string> OfUsers() => Answers().Concat(Requests());

    /// <summary>What does not hold of the records alone, whoever posted what.</summary>
    public IEnumerable<string> OfRecords() => Nonces().Concat(Transactions()).Concat(Money()).Concat(Shares());

    /// <summary>Everybody got an answer, and only what is sponsored and signed got a good one.</summary>
    private IEnumerable<string> Answers()
    {
        foreach (var signed in requests.Where(signed => signed.Answer is null))
        {
            yield return $"never answered: {signed}";
        }

        foreach (var signed in requests.Where(signed => signed.IsAccepted && signed.Kind is SignedRequestKind.Forged or SignedRequestKind.Forbidden))
        {
            yield return $"accepted and should not be: {signed}";
        }

        foreach (var signed in requests.Where(signed => signed is { Kind: SignedRequestKind.Count, IsAccepted: false, Answer: not null }))
        {
            yield return $"refused with {signed.Answer} and should not be: {signed}";
        }
    }

    /// <summary>What was accepted is on chain as the ledger says, once; what was refused is nowhere.</summary>
    private IEnumerable<string> Requests()
    {
        var relays = ledger.Relays.ToDictionary(relay => relay.Id);
        foreach (var signed in requests)
        {
            var executions = chain.Executed[signed.Key].ToArray();
            var relay = relays.GetValueOrDefault(signed.Id);
            if (relay is null)
            {
                if (signed.IsAccepted)
                {
                    yield return $"accepted and not on record: {signed}";
                }

                if (executions.Length > 0)
                {
                    yield return $"on chain {executions.Length} times and not on record: {signed}";
                }

                continue;
            }

            if (signed.Answer is { IsAccepted: false })
            {
                yield return $"refused with {signed.Answer} and on record as {relay.State}: {signed}";
            }

            if (executions.Length > 1)
            {
                yield return $"on chain {executions.Length} times: {signed}";
            }

            var ran = executions.Contains(true);
            if (ran != (relay.State == RelayState.Confirmed) || ran != (relay.Success == true))
            {
                yield return $"the ledger says {relay.State} (success {relay.Success}, {relay.Reason}), the chain that it {(ran ? "ran" : "did not run")}: {signed}";
            }

            if (signed.Kind == SignedRequestKind.Count && !ran)
            {
                yield return $"accepted and never ran ({relay.State}: {relay.Reason}): {signed}";
            }
        }

        foreach (var rivals in requests.Where(signed => signed.Kind == SignedRequestKind.Rival).GroupBy(signed => signed.Message.From))
        {
            var winners = rivals.Count(signed => chain.Executed[signed.Key].Contains(true));
            if (winners != 1 && rivals.Any(signed => signed.IsAccepted))
            {
                yield return $"{winners} of two rivals ran: {rivals.First()}";
            }
        }

        foreach (var user in requests.GroupBy(signed => signed.Message.From))
        {
            var ran = user.Select(signed => signed.Key).Distinct().Sum(key => chain.Executed[key].Count(success => success));
            if (chain.Counts[user.Key] != ran)
            {
                yield return $"the target counted {user.Key} {chain.Counts[user.Key]} times, the events {ran} times";
            }
        }

        var strangers = ledger.Relays.Select(relay => relay.Id).Except(requests.Select(signed => signed.Id)).ToArray();
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
