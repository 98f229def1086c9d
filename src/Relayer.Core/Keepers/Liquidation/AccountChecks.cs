using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Keepers.Perps.Gas;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>
/// Asks the market about many accounts: two questions each, a hundred accounts in a call, all calls in one JSON-RPC batch.
/// </summary>
internal sealed class AccountChecks(IChainClient chain, LiquidationSettings settings, PerpsLoop loop)
{
    /// <summary>Smaller calls after one that was too much; and the most questions that are asked again.</summary>
    private const int Smaller = 8;
    private const int MostAgain = 1_000;

    /// <summary>How often prices are brought: what wanted one may then want another. And for how many wants at once.</summary>
    private const int MostBrought = 3;
    private const int MostSamples = 32;

    /// <summary>Flagged accounts, and those of <paramref name="accounts"/> that can be liquidated.</summary>
    /// <returns>With how many of them the market told nothing about.</returns>
    public async Task<(IReadOnlyList<(BigInteger Account, TargetKind Kind)> Found, int Untold)> FindAsync(
        IReadOnlyList<BigInteger> accounts, CancellationToken cancellation)
    {
        var flagged = await FlaggedAsync(cancellation);
        var found = flagged.Select(account => (account, TargetKind.Flagged)).ToList();
        IReadOnlyList<Question> open =
        [
            .. accounts.Except(flagged).SelectMany(account => new[] { new Question(account, TargetKind.Position), new Question(account, TargetKind.Margin) }),
        ];
        var untold = new HashSet<BigInteger>();
        IReadOnlyList<InnerCall> before = [];
        for (var brought = 0; open.Count > 0; brought++)
        {
            var answers = await AskAsync(open, before, cancellation);
            found.AddRange(answers.Yes.Select(question => (question.Account, question.Kind)));
            untold.UnionWith(answers.Untold.Select(question => question.Account));
            open = [.. answers.Lacking.Select(item => item.Question)];
            var more = open.Count > 0 && brought < MostBrought ? await BringAsync(answers.Lacking, cancellation) : [];
            if (more.Count == 0)
            {
                untold.UnionWith(open.Select(question => question.Account));
                break;
            }

            before = [.. before, .. more];
        }

        return (found, untold.Count);
    }

    private async Task<IReadOnlyList<BigInteger>> FlaggedAsync(CancellationToken cancellation)
    {
        var outcome = (await chain.CallAsync([new EthCall(null, settings.Market, Typed.Encode(new FlaggedAccountsFunction()))], cancellation))[0];
        return outcome is CallOutcome.Returned returned ? ReadFlagged(returned.Data.Span) : [];
    }

    /// <summary>Reads <c>uint256[]</c>; nothing for anything else.</summary>
    internal static IReadOnlyList<BigInteger> ReadFlagged(ReadOnlySpan<byte> data)
    {
        var reader = new AbiReader(data);
        reader.Expect(AbiWriter.Word);
        var accounts = new BigInteger[reader.Count()];
        for (var i = 0; i < accounts.Length; i++)
        {
            accounts[i] = reader.Number().ToBigInteger();
        }

        return reader.IsAtEnd ? [.. accounts.Where(PerpsEvents.IsId)] : [];
    }

    /// <summary>Prices are older than even a look allows: one account for each that is wanted finds out what the oracle takes, for all.</summary>
    private async Task<IReadOnlyList<InnerCall>> BringAsync(
        IReadOnlyList<(Question Question, string Wanted)> lacking, CancellationToken cancellation)
    {
        var nobody = new KeeperWork(new FoundWork(default, "", "", "", default), 0, 0, default, "", null);
        var samples = lacking.DistinctBy(item => item.Wanted).Take(MostSamples).Select(item => new[] { new PerpsTask(nobody, Data(item.Question)) });
        var ready = await loop.RunAsync(
            samples, default, null, (_, _, detail) => new Decision.Wait(KeeperReasons.CheckFailed, default, detail), cancellation);

        // One that fails must not take the others' answers with it.
        return [.. ready.SelectMany(bundle => bundle.Calls.SkipLast(1)).DistinctBy(call => Hex.Encode(call.Data)).Select(call => call with { IsRequired = false })];
    }

    /// <summary>Asks. Of a call that has too much to do, what it left unanswered is asked again in smaller ones.</summary>
    private async Task<Answers> AskAsync(IReadOnlyList<Question> questions, IReadOnlyList<InnerCall> before, CancellationToken cancellation)
    {
        var answers = new Answers([], [], []);
        var size = 2 * settings.AccountsPerCall;
        while (true)
        {
            var chunks = questions.Chunk(size).ToArray();
            var outcomes = await chain.CallAsync([.. chunks.Select(chunk => CallOf(chunk, before))], cancellation);
            Question[] untold = [.. chunks.SelectMany((chunk, i) => Read(chunk, before.Count, outcomes[i], answers))];

            // A market that answers nobody will not answer one by one either.
            var isHopeless = size == 1 || (chunks.Length > 1 && untold.Length == questions.Count);
            answers.Untold.AddRange(isHopeless ? untold : untold.Skip(MostAgain));
            if (isHopeless || untold.Length == 0)
            {
                return answers;
            }

            (questions, size) = ([.. untold.Take(MostAgain)], Math.Max(1, size / Smaller));
        }
    }

    /// <summary>Adds what was answered, and gives what was not.</summary>
    private static IEnumerable<Question> Read(Question[] chunk, int before, CallOutcome outcome, Answers answers)
    {
        if (outcome is not CallOutcome.Returned returned || !Multicall.TryRead(returned.Data, before + chunk.Length, out var results))
        {
            return chunk;
        }

        var untold = new List<Question>();
        for (var i = 0; i < chunk.Length; i++)
        {
            var result = results[before + i];
            if (result is { IsSuccess: true, Data.Length: AbiWriter.Word } && result.Data.Span[^1] == 1)
            {
                answers.Yes.Add(chunk[i]);
            }
            else if (!result.IsSuccess && OracleNeed.Read(result.Data.Span) is OracleNeed.Data need)
            {
                answers.Lacking.Add((chunk[i], string.Join(' ', need.Queries.Select(query => query.Key))));
            }
            else if (!result.IsSuccess && result.Data.IsEmpty)
            {
                // It says nothing: there was not gas enough for all.
                untold.Add(chunk[i]);
            }
        }

        return untold;
    }

    private EthCall CallOf(Question[] chunk, IReadOnlyList<InnerCall> before)
    {
        InnerCall[] calls = [.. before, .. chunk.Select(question => new InnerCall(settings.Market, false, Wei.Zero, Data(question)))];
        return new EthCall(default(Address), settings.Multicall, Multicall.Encode(calls), GasMeter.Most, Multicall.ValueOf(calls));
    }

    private static byte[] Data(Question question) =>
        question.Kind == TargetKind.Margin ? PerpsCalls.CanLiquidateMarginOnly(question.Account) : PerpsCalls.CanLiquidate(question.Account);

    private readonly record struct Question(BigInteger Account, TargetKind Kind);

    /// <summary>What can be liquidated, what wants which prices first, and what was not answered.</summary>
    private sealed record Answers(List<Question> Yes, List<(Question Question, string Wanted)> Lacking, List<Question> Untold);
}
