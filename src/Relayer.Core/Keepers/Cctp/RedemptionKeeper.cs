using System.Collections.Concurrent;
using Relayer.Core.Crashes;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>Redeems USDC that was burnt on other chains, once Circle attests it and nobody else was first.</summary>
internal sealed class RedemptionKeeper(
    IChainClient chain, RedemptionSettings settings, RedemptionFinder finder, BurnReader burns, IAttestationSource circle, TimeProvider time)
    : IKeeper, IRecoveringKeeper
{
    /// <summary>Transactions that Circle is asked about in one run, and at once: it allows 35 questions a second, from all of us.</summary>
    private const int MostAsked = 60;
    private const int AtOnce = 4;
    private const int MostRemembered = 2_000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    // What is attested stays so. A hint: whoever forgets it asks again.
    private readonly ConcurrentDictionary<Hash32, Attestation.Complete> _attested = new();
    private readonly Reattester _reattester = new(chain, circle);

    public string Name => KeeperNames.Redemption;

    public ChainId ChainId => chain.ChainId;

    public IReadOnlyDictionary<string, KeeperLimits> Lanes { get; } =
        new Dictionary<string, KeeperLimits> { [settings.Limits.Lane] = settings.Limits };

    public Task<int> FindAsync(KeeperRun run, CancellationToken cancellation) => finder.FindAsync(cancellation);

    public Task<int> RecoverAsync(CancellationToken cancellation) => finder.RecoverAsync(cancellation);

    public async Task<KeeperPlan> PlanAsync(IReadOnlyList<KeeperWork> due, Payer payer, CancellationToken cancellation)
    {
        var decisions = new Dictionary<KeeperWork, Decision>();
        DueBurn[] all = [.. due.Select(work => DueBurn.Read(work))];
        await LeaveOutUsedAsync(all, burn => burn.Message, decisions, cancellation);
        var attested = await AttestAsync([.. all.Where(burn => !decisions.ContainsKey(burn.Work))], decisions, cancellation);

        // A message of version 2 has its nonce only now.
        await LeaveOutUsedAsync([.. attested.Keys], burn => attested[burn].Message, decisions, cancellation);
        var actions = await SimulateAsync(
            [.. attested.Where(item => !decisions.ContainsKey(item.Key.Work)).Select(item => (item.Key, item.Value))], payer.Account, decisions, cancellation);
        return new KeeperPlan([.. decisions.Select(item => (item.Key, item.Value))], actions);
    }

    private async Task LeaveOutUsedAsync(
        IReadOnlyList<DueBurn> items, Func<DueBurn, BurnMessage> message, Dictionary<KeeperWork, Decision> decisions, CancellationToken cancellation)
    {
        var keyed = items.Select(burn => (Burn: burn, Key: message(burn).NonceKey)).Where(item => item.Key is not null).ToArray();
        var outcomes = await chain.CallAsync(
            [.. keyed.Select(item => new EthCall(null, Address.Parse(item.Burn.Details.Receiver), Typed.Encode(new UsedNoncesFunction { Key = item.Key!.Value.ToArray() })))],
            cancellation);
        for (var i = 0; i < keyed.Length; i++)
        {
            // Whatever else it answers: the simulation will tell.
            if (outcomes[i] is CallOutcome.Returned returned && returned.Data.Span.IndexOfAnyExcept((byte)0) >= 0)
            {
                decisions[keyed[i].Burn.Work] = new Decision.End(WorkState.Lost, KeeperReasons.Community);
            }
        }
    }

    private async Task<IReadOnlyDictionary<DueBurn, Attestation.Complete>> AttestAsync(
        IReadOnlyList<DueBurn> items, Dictionary<KeeperWork, Decision> decisions, CancellationToken cancellation)
    {
        var answers = new ConcurrentDictionary<DueBurn, Attestation>();
        foreach (var burn in items)
        {
            if (_attested.TryGetValue(burn.Work.Id, out var known))
            {
                answers[burn] = known;
            }
        }

        var groups = items.Where(burn => !answers.ContainsKey(burn))
            .GroupBy(burn => (burn.Message.Source, burn.Details.Transaction)).Take(MostAsked).Select(group => group.ToArray()).ToArray();
        await Parallel.ForEachAsync(
            groups, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (group, stop) =>
            {
                var found = await circle.ReadAsync(
                    group[0].Message.Source, group[0].Details.TransactionHash, [.. group.Select(burn => burn.Message)], stop);
                for (var i = 0; i < group.Length; i++)
                {
                    answers[group[i]] = found[i];
                }
            });
        CrashPoints.PassIf(groups.Length > 0, CrashPoints.AttestationFetched);
        return await EvaluateAsync(items, answers, decisions, cancellation);
    }

    private async Task<IReadOnlyDictionary<DueBurn, Attestation.Complete>> EvaluateAsync(
        IReadOnlyList<DueBurn> items, ConcurrentDictionary<DueBurn, Attestation> answers, Dictionary<KeeperWork, Decision> decisions,
        CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var gone = await burns.FindGoneAsync([.. items.Where(burn => answers.GetValueOrDefault(burn) is Attestation.Pending)], cancellation);
        var attested = new Dictionary<DueBurn, Attestation.Complete>();
        foreach (var burn in items)
        {
            if (!answers.TryGetValue(burn, out var answer))
            {
                decisions[burn.Work] = new Decision.Wait(RedemptionReasons.AttestationPending, now + Soon, "others are asked about first");
            }
            else if (gone.Contains(burn))
            {
                decisions[burn.Work] = RedemptionPlanner.Gone(burn.Work, settings, now);
            }
            else if (RedemptionPlanner.Evaluate(burn.Work, answer, settings, now) is { } decision)
            {
                decisions[burn.Work] = decision;
            }
            else
            {
                attested[burn] = (Attestation.Complete)answer;
            }
        }

        return attested;
    }

    private async Task<IReadOnlyList<KeeperAction>> SimulateAsync(
        IReadOnlyList<(DueBurn Burn, Attestation.Complete Attested)> items, Address sender, Dictionary<KeeperWork, Decision> decisions,
        CancellationToken cancellation)
    {
        var simulations = await Trial.RunAsync(
            chain,
            [.. items.Select(item => new EthCall(
                sender, Address.Parse(item.Burn.Details.Receiver), RedemptionPlanner.Data(item.Attested), settings.GasLimit))],
            cancellation);
        var expired = await _reattester.AskAsync(
            [.. items.Where((_, i) => simulations[i] is CallOutcome.Reverted).Select(item => (item.Burn, item.Attested.Message))], cancellation);
        var actions = new List<KeeperAction>();
        for (var i = 0; i < items.Count; i++)
        {
            var (burn, attested) = items[i];
            if (PatientPlanner.Evaluate(burn.Work, simulations[i], time.GetUtcNow()) is { } decision)
            {
                // Wrong signatures, or an attestation that expired: ask again.
                _attested.TryRemove(burn.Work.Id, out _);
                decisions[burn.Work] = expired.TryGetValue(burn, out var answer)
                    ? RedemptionPlanner.Expired(burn.Work, answer, settings, time.GetUtcNow())
                    : decision;
            }
            else
            {
                Remember(burn, attested);
                actions.Add(RedemptionPlanner.Act(burn.Work, burn.Details, attested, settings, time.GetUtcNow()));
            }
        }

        return actions;
    }

    private void Remember(DueBurn burn, Attestation.Complete attested)
    {
        if (_attested.Count >= MostRemembered)
        {
            _attested.Clear();
        }

        _attested[burn.Work.Id] = attested;
    }
}

/// <summary>A burn that is due.</summary>
internal sealed record DueBurn(KeeperWork Work, BurnWork Details, BurnMessage Message)
{
    public static DueBurn Read(KeeperWork work)
    {
        var details = BurnWork.Read(work);
        return new DueBurn(work, details, BurnMessage.Read(Hex.Decode(details.Message))!);
    }
}
