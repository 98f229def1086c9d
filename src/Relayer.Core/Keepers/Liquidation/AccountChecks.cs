using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Oracles;
using Relayer.Core.Keepers.Perps;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>
/// Asks the market about many accounts: two questions each, a hundred accounts in a call, all calls in one JSON-RPC batch.
/// </summary>
internal sealed class AccountChecks(IChainClient chain, LiquidationSettings settings, PerpsLoop loop)
{
    // What nodes let a call use at most (geth: 50 million).
    private const ulong CallGas = 45_000_000;

    private static readonly AbiType.Tuple Flagged = AbiSignature.Parse("f(uint256[])").Inputs;

    /// <summary>Flagged accounts, and those of <paramref name="accounts"/> that can be liquidated.</summary>
    public async Task<IReadOnlyList<(BigInteger Account, TargetKind Kind)>> FindAsync(
        IReadOnlyList<BigInteger> accounts, CancellationToken cancellation)
    {
        var flagged = await FlaggedAsync(cancellation);
        (BigInteger Account, TargetKind Kind)[] questions =
        [
            .. accounts.Except(flagged).SelectMany(account => new[] { (account, TargetKind.Position), (account, TargetKind.Margin) }),
        ];
        var (yes, unknown) = await AskAsync(questions, [], cancellation);
        if (unknown.Count > 0)
        {
            yes.AddRange((await AskAsync(unknown, await BringAsync(unknown[0], cancellation), cancellation)).Yes);
        }

        return [.. flagged.Select(account => (account, TargetKind.Flagged)), .. yes];
    }

    private async Task<IReadOnlyList<BigInteger>> FlaggedAsync(CancellationToken cancellation)
    {
        var outcome = (await chain.CallAsync([new EthCall(null, settings.Market, PerpsAbi.FlaggedAccounts.Encode())], cancellation))[0];
        return outcome is CallOutcome.Returned returned && AbiDecoder.TryDecode(Flagged, returned.Data.Span, out var values)
            ? [.. values[0].AsItems().Select(account => account.AsInteger())]
            : [];
    }

    /// <summary>The price is older than even a look allows: one account finds out what the oracle wants, for all.</summary>
    private async Task<IReadOnlyList<InnerCall>> BringAsync((BigInteger Account, TargetKind Kind) sample, CancellationToken cancellation)
    {
        var nobody = new KeeperWork(new FoundWork(default, "", "", "", default), 0, 0, default, "", null);
        var task = new PerpsTask(nobody, Question(sample));
        var ready = await loop.RunAsync(
            [[task]], default, _ => CallGas, (_, _, detail) => new Verdict.Wait(KeeperReasons.CheckFailed, default, detail), cancellation);
        return [.. ready.SelectMany(bundle => bundle.Calls.SkipLast(1))];
    }

    private async Task<(List<(BigInteger Account, TargetKind Kind)> Yes, List<(BigInteger Account, TargetKind Kind)> Unknown)> AskAsync(
        IReadOnlyList<(BigInteger Account, TargetKind Kind)> questions, IReadOnlyList<InnerCall> before, CancellationToken cancellation)
    {
        var (yes, unknown) = (new List<(BigInteger, TargetKind)>(), new List<(BigInteger, TargetKind)>());
        var chunks = questions.Chunk(2 * settings.AccountsPerCall).ToArray();
        var outcomes = await chain.CallAsync([.. chunks.Select(chunk => CallOf(chunk, before))], cancellation);
        for (var i = 0; i < chunks.Length; i++)
        {
            if (outcomes[i] is not CallOutcome.Returned returned
                || !Multicall.TryRead(returned.Data.Span, before.Count + chunks[i].Length, out var results))
            {
                continue;
            }

            for (var k = 0; k < chunks[i].Length; k++)
            {
                var result = results[before.Count + k];
                if (result is { IsSuccess: true, Data.Length: AbiWriter.Word } && result.Data.Span[^1] == 1)
                {
                    yes.Add(chunks[i][k]);
                }
                else if (!result.IsSuccess && OracleNeed.Read(result.Data.Span) is OracleNeed.Data)
                {
                    unknown.Add(chunks[i][k]);
                }
            }
        }

        return (yes, unknown);
    }

    private EthCall CallOf((BigInteger Account, TargetKind Kind)[] chunk, IReadOnlyList<InnerCall> before)
    {
        InnerCall[] calls = [.. before, .. chunk.Select(question => new InnerCall(settings.Market, false, Wei.Zero, Question(question)))];
        return new EthCall(default(Address), settings.Multicall, Multicall.Encode(calls), CallGas, Multicall.ValueOf(calls));
    }

    private static byte[] Question((BigInteger Account, TargetKind Kind) question) =>
        (question.Kind == TargetKind.Margin ? PerpsAbi.CanLiquidateMarginOnly : PerpsAbi.CanLiquidate).Encode(question.Account);
}
