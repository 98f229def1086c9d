using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Providers.Pool;

/// <summary>The providers of one chain: asks the one that is best to ask, the next when it fails, or all to compare.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RpcPool
{
    /// <summary>How often everybody is asked while all that was wrong is that a node behind a load balancer lagged.</summary>
    private const int Rounds = 6;

    /// <summary>Before the third round and each later one, a little longer each time: what lags by a block catches up.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>How long those get that answer after the majority did.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<Provider> _providers;
    private readonly PoolHeights _heights;
    private readonly TimeProvider _time;

    public RpcPool(ChainId chainId, IReadOnlyList<Provider> providers, int maxLag, TimeProvider time) =>
        (ChainId, _providers, _heights, _time, Operators) = (
            chainId, providers, new PoolHeights(chainId, providers, maxLag, time), time, providers.DistinctBy(provider => provider.Operator).Count());

    /// <summary>The chain.</summary>
    public ChainId ChainId { get; }

    /// <summary>How many operators are configured: so many voices there are.</summary>
    public int Operators { get; }

    /// <summary>How many URLs there are.</summary>
    public int Count => _providers.Count;

    /// <summary>Notes a block in which something was confirmed: nothing is believed from before it, whichever provider answers.</summary>
    /// <returns>Whether that was not known yet.</returns>
    public bool NoteConfirmed(long height) => _heights.NoteConfirmed(height);

    /// <summary>
    /// Runs a piece of work whose answer is the same at any height, such as of one given block, with the first provider that carries it through, among
    /// those that are with the pool.
    /// </summary>
    /// <exception cref="ChainUnavailableException">None did.</exception>
    public Task<T> RunPinnedAsync<T>(Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        FirstAsync(Reach.WithPool, (provider, token) => work(provider.Client, token), cancellation);

    /// <summary>
    /// Runs a piece of work that tells the height it was done at; an answer from behind the pool, or from behind what the same provider
    /// told before, is not believed.
    /// </summary>
    /// <exception cref="ChainUnavailableException">Nobody gave an answer to believe.</exception>
    public Task<T> RunAtHeadAsync<T>(Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation) =>
        FirstAsync(Reach.Evaluated, async (provider, token) => (await AskAtHeadAsync(provider, work, token)).Value, cancellation);

    /// <summary>Runs such a piece of work with every provider that is with the pool, and gives all answers to believe.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="isEnough">
    /// Whether the answers so far, of a quorum at least, will do: then the others get a moment, and the slowest is not waited for. Without it everybody is.
    /// </param>
    /// <exception cref="ChainUnavailableException">There is none.</exception>
    public async Task<IReadOnlyList<Told<T>>> AskAllAtHeadAsync<T>(
        Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation, Func<IReadOnlyList<Told<T>>, bool>? isEnough = null)
    {
        await _heights.EnsureAsync(cancellation);
        var asked = Ranked(Reach.WithPool).Where(one => ProviderRank.Answers(one.State)).ToArray();
        if (asked.Length > 1)
        {
            var asking = Array.ConvertAll(asked, one => TryAskAsync(one.Provider, (provider, token) => AskAtHeadAsync(provider, work, token), cancellation));
            var answers = await WaitForMostAsync(asking, isEnough, cancellation);
            if (answers.Count > 0)
            {
                return answers;
            }
        }

        return [await FirstAsync(Reach.Evaluated, (provider, token) => AskAtHeadAsync(provider, work, token), cancellation)];
    }

    /// <summary>Every provider's own answer, in configuration order; also of those that are passed over for a while.</summary>
    public async Task<IReadOnlyList<ProviderAnswer<T>>> AskEachAsync<T>(
        Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class =>
        await Task.WhenAll(_providers.Select(async provider =>
        {
            var (answer, fault) = await TryAskAsync(provider, (one, token) => work(one.Client, token), cancellation);
            return new ProviderAnswer<T>(provider.Client.Name, answer, fault?.Message) { Operator = provider.Operator };
        }));

    /// <summary>Whom a broadcast may go to, the preferred one first, with how each is.</summary>
    public async Task<IReadOnlyList<(Provider Provider, ProviderState State)>> RecipientsAsync(CancellationToken cancellation)
    {
        await _heights.EnsureAsync(cancellation);
        return Ranked(Reach.Everybody);
    }

    /// <summary>Asks every provider that may be asked how it is.</summary>
    public async Task<IReadOnlyList<ProviderReport>> ObserveAsync(CancellationToken cancellation)
    {
        var view = await _heights.RenewAsync(cancellation);
        var now = _time.GetUtcNow();
        var healths = Healths();
        var states = ProviderRank.StatesOf(healths, view, ChainId.Value, now);
        return [.. _providers.Select((provider, i) => ReportOf(provider.Client.Name, healths[i], states[i], view, now))];
    }

    /// <summary>Says why nobody answered.</summary>
    public ChainUnavailableException Unavailable(IReadOnlyList<string> faults)
    {
        var reasons = string.Join("; ", faults.Distinct());
        return new(ChainId, faults.Count == 0
            ? $"chain {ChainId}: every provider serves another chain, is apart from the others or asked to be left alone for a while"
            : $"chain {ChainId}: no provider answered: {reasons}; {_providers.Count} are configured");
    }

    private async Task<T> FirstAsync<T>(
        Reach reach, Func<Provider, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        await _heights.EnsureAsync(cancellation);
        var faults = new List<string>();
        var lagged = true;
        for (var round = 0; round < Rounds && lagged; round++)
        {
            lagged = false;
            if (round > 1)
            {
                await Task.Delay(Pause * (round - 1), _time, cancellation);
            }

            foreach (var (provider, _) in Ranked(reach))
            {
                var fault = await provider.EnsureChainAsync(cancellation);
                if (fault is null)
                {
                    try
                    {
                        var answer = await ask(provider, cancellation);
                        provider.NoteAnswer();
                        return answer;
                    }
                    catch (ProviderFaultException met)
                    {
                        provider.Note(met);
                        fault = met;
                    }
                }

                lagged |= fault.Kind == ProviderFaultKind.Lagging;
                faults.Add($"{provider.Client.Name} {fault.Message}");
            }
        }

        throw Unavailable(faults);
    }

    private async Task<Told<T>> AskAtHeadAsync<T>(
        Provider provider, Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation)
    {
        var answer = await work(provider.Client, cancellation);
        await _heights.EvaluateAsync(provider, answer.Head, cancellation);
        return new(provider.Client.Name, provider.Operator, answer.Head, answer.Value);
    }

    /// <summary>One provider's answer, or its fault, noted already.</summary>
    private static async Task<(T? Answer, ProviderFaultException? Fault)> TryAskAsync<T>(
        Provider provider, Func<Provider, CancellationToken, Task<T>> ask, CancellationToken cancellation)
        where T : class
    {
        if (await provider.EnsureChainAsync(cancellation) is { } wrong)
        {
            return (null, wrong);
        }

        try
        {
            var answer = await ask(provider, cancellation);
            provider.NoteAnswer();
            return (answer, null);
        }
        catch (ProviderFaultException fault)
        {
            provider.Note(fault);
            return (null, fault);
        }
    }

    /// <summary>The good answers, in configuration order: of as many as are enough, or of everybody but those who let the others wait.</summary>
    private async Task<IReadOnlyList<Told<T>>> WaitForMostAsync<T>(
        Task<(Told<T>? Answer, ProviderFaultException? Fault)>[] asking, Func<IReadOnlyList<Told<T>>, bool>? isEnough, CancellationToken cancellation)
    {
        await Task.WhenAny(asking);
        var patience = Task.Delay(PoolHeights.Patience, _time, cancellation);
        var (open, good, enough) = (asking.ToList(), new List<Told<T>>(), false);
        while (open.Count > 0 && !enough && await Task.WhenAny([.. open, patience]) is var next && next != patience)
        {
            var answered = (Task<(Told<T>? Answer, ProviderFaultException? Fault)>)next;
            open.Remove(answered);
            if (answered.IsCompletedSuccessfully && (await answered).Answer is { } answer)
            {
                good.Add(answer);
                enough = isEnough is not null && good.DistinctBy(one => one.Operator).Count() > Operators / 2 && isEnough(good);
            }
        }

        // One that is fast and lies must not decide alone with the next: the others get a moment.
        if (open.Count > 0 && enough)
        {
            await Task.WhenAny(Task.WhenAll(open), Task.Delay(Moment, _time, cancellation));
        }

        cancellation.ThrowIfCancellationRequested();
        var answers = new List<Told<T>>();
        foreach (var task in asking.Where(task => task.IsCompletedSuccessfully))
        {
            if ((await task).Answer is { } answer)
            {
                answers.Add(answer);
            }
        }

        return answers;
    }

    private (Provider Provider, ProviderState State)[] Ranked(Reach reach)
    {
        if (_providers.Count == 1)
        {
            var only = _providers[0];
            return only.Health.Breaker.MayBeAsked(_time.GetUtcNow()) ? [(only, ProviderState.Healthy)] : [];
        }

        var now = _time.GetUtcNow();
        var healths = Healths();
        var states = ProviderRank.StatesOf(healths, _heights.View, ChainId.Value, now);
        return [.. ProviderRank.Order(states, healths, reach).Select(i => (_providers[i], states[i]))];
    }

    private ProviderHealth[] Healths() => [.. _providers.Select(provider => provider.Health)];

    private static ProviderReport ReportOf(string name, ProviderHealth health, ProviderState state, PoolSnapshot view, DateTimeOffset now) => new(
        name,
        state,
        health.Track.Head,
        view.Head - health.Track.Head,
        health.ProbedAt == default ? null : health.Latency,
        health.Breaker.Window.Rate(now));
}

/// <summary>An answer and the height of the node that gave it.</summary>
/// <param name="Head">The node's newest block when it answered, or a little before.</param>
/// <param name="Value">The answer.</param>
internal sealed record AtHead<T>(long Head, T Value);
