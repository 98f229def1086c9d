using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Providers;

/// <summary>The providers of one chain: chooses whom to ask, asks the next when one fails, and judges what a height is worth.</summary>
/// <remarks>
/// Safe for concurrent use. Nothing runs while nobody asks: heights are asked for beside the traffic when the last ones are old,
/// and waited for only where there are none. With one provider there is nothing to compare, and nothing is asked in addition.
/// </remarks>
internal sealed partial class RpcPool
{
    /// <summary>How old a view may be before it is renewed beside the traffic.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(3);

    /// <summary>How old a view may be to decide by; after a pause in the traffic the next caller waits for a new one.</summary>
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(15);

    /// <summary>How long slow providers are waited for when heights are compared.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How often a provider that is alone is asked anew which chain it serves.</summary>
    private static readonly TimeSpan RecheckOnlyOneAfter = TimeSpan.FromMinutes(1);

    /// <summary>How often everybody is asked while all that was wrong is that a node behind a load balancer lagged.</summary>
    private const int Rounds = 3;

    private readonly IReadOnlyList<Provider> _providers;
    private readonly int _maxLag;
    private readonly TimeProvider _time;
    private readonly SingleFlight<PoolView> _renewal;
    private PoolView? _view;

    public RpcPool(ChainId chainId, IReadOnlyList<Provider> providers, int maxLag, TimeProvider time)
    {
        (ChainId, _providers, _maxLag, _time) = (chainId, providers, maxLag, time);
        _renewal = new(RenewAsync);
    }

    /// <summary>The chain.</summary>
    public ChainId ChainId { get; }

    /// <summary>Runs a piece of work with the first provider that carries it through, among those that are with the pool.</summary>
    /// <exception cref="ChainUnavailableException">None did.</exception>
    public Task<T> RunAsync<T>(Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        FirstAsync(Reach.WithPool, (provider, token) => work(provider.Client, token), cancellation);

    /// <summary>
    /// Runs a piece of work that tells the height it was done at; an answer from behind the pool, or from behind what the same provider
    /// told before, is not believed.
    /// </summary>
    /// <exception cref="ChainUnavailableException">Nobody gave an answer to believe.</exception>
    public Task<T> RunAtHeadAsync<T>(Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation) =>
        FirstAsync(Reach.Judged, async (provider, token) => (await AskAtHeadAsync(provider, work, token)).Value, cancellation);

    /// <summary>Runs such a piece of work with every provider that is with the pool, and gives all answers to believe.</summary>
    /// <exception cref="ChainUnavailableException">There is none.</exception>
    public async Task<IReadOnlyList<AtHead<T>>> AskAllAtHeadAsync<T>(
        Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation)
    {
        await ViewAsync(cancellation);
        var asked = Ranked(Reach.WithPool).Where(one => ProviderRank.Answers(one.State)).ToArray();
        if (asked.Length > 1)
        {
            var asking = Array.ConvertAll(asked, one => TryAskAsync(one.Provider, work, cancellation));
            await WaitForMostAsync(asking, cancellation);
            var answers = new List<AtHead<T>>();
            foreach (var task in asking.Where(task => task.IsCompletedSuccessfully))
            {
                if (await task is { } answer)
                {
                    answers.Add(answer);
                }
            }

            if (answers.Count > 0)
            {
                return answers;
            }
        }

        return [await FirstAsync(Reach.Judged, (provider, token) => AskAtHeadAsync(provider, work, token), cancellation)];
    }

    /// <summary>Whom a broadcast may go to, the preferred one first, with how each is.</summary>
    public async Task<IReadOnlyList<(Provider Provider, ProviderState State)>> RecipientsAsync(CancellationToken cancellation)
    {
        await ViewAsync(cancellation);
        return Ranked(Reach.Everybody);
    }

    /// <summary>Asks every provider that may be asked how it is.</summary>
    public async Task<IReadOnlyList<ProviderReport>> ObserveAsync(CancellationToken cancellation)
    {
        var view = await _renewal.RunAsync(cancellation);
        var now = _time.GetUtcNow();
        return [.. States(now).Select(one => ReportOf(one.Provider, one.State, view, now))];
    }

    /// <summary>Says why nobody answered.</summary>
    public ChainUnavailableException Unavailable(IReadOnlyList<string> faults)
    {
        var reasons = string.Join("; ", faults);
        return new(ChainId, faults.Count == 0
            ? $"chain {ChainId}: every provider serves another chain, is apart from the others or asked to be left alone for a while"
            : $"chain {ChainId}: no provider answered: {reasons}; {_providers.Count} are configured");
    }

    private async Task<T> FirstAsync<T>(
        Reach reach, Func<Provider, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        await ViewAsync(cancellation);
        var faults = new List<string>();
        var lagged = true;
        for (var round = 0; round < Rounds && lagged; round++)
        {
            lagged = false;
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

    private async Task<AtHead<T>?> TryAskAsync<T>(
        Provider provider, Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation)
    {
        if (await provider.EnsureChainAsync(cancellation) is not null)
        {
            return null;
        }

        try
        {
            var answer = await AskAtHeadAsync(provider, work, cancellation);
            provider.NoteAnswer();
            return answer;
        }
        catch (ProviderFaultException fault)
        {
            provider.Note(fault);
            return null;
        }
    }

    private async Task<AtHead<T>> AskAtHeadAsync<T>(
        Provider provider, Func<RpcClient, CancellationToken, Task<AtHead<T>>> work, CancellationToken cancellation)
    {
        var answer = await work(provider.Client, cancellation);
        var now = _time.GetUtcNow();
        var before = provider.NoteHead(answer.Head);
        if (before.IsBehindItself(answer.Head, _maxLag, now))
        {
            throw Apart($"answers at block {answer.Head}, though it told {before.Highest} before");
        }

        if (_providers.Count > 1 && Volatile.Read(ref _view) is { Head: { } pool } view)
        {
            if (answer.Head < pool - _maxLag)
            {
                throw Apart($"answers at block {answer.Head}, the pool is at {pool}");
            }

            if (view.IsAhead(answer.Head, _maxLag, now)
                && (await _renewal.RunAsync(cancellation)).Standings[IndexOf(provider)] == Standing.Ahead)
            {
                throw Apart($"claims block {answer.Head}, which the others contradict");
            }
        }

        return answer;
    }

    /// <summary>Everybody, or everybody but those who let the others wait.</summary>
    private async Task WaitForMostAsync<T>(Task<T>[] asking, CancellationToken cancellation)
    {
        await Task.WhenAny(asking);
        await Task.WhenAny(Task.WhenAll(asking), Task.Delay(Patience, _time, cancellation));
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>A view to choose by; renews it when it is time, and waits for that only when there is none to go by.</summary>
    private ValueTask ViewAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        if (_providers.Count == 1)
        {
            // Nothing to compare; but what is behind the URL may have become another chain's.
            var health = _providers[0].Health;
            if (health.ServedChain == ChainId.Value && now - health.ProbedAt > RecheckOnlyOneAfter)
            {
                _ = _providers[0].ProbeAsync(CancellationToken.None);
            }

            return ValueTask.CompletedTask;
        }

        if (Volatile.Read(ref _view) is not { } view || now - view.At > TooOld)
        {
            return new ValueTask(_renewal.RunAsync(cancellation));
        }

        if (now - view.At > RenewAfter || _providers.Any(provider => provider.Health.Breaker.IsHalfOpen(now)))
        {
            _ = _renewal.RunAsync(CancellationToken.None);
        }

        return ValueTask.CompletedTask;
    }

    private async Task<PoolView> RenewAsync()
    {
        var asked = ToProbe().Select(isMeant => isMeant.IsMeant ? isMeant.Provider.ProbeAsync(CancellationToken.None) : null).ToArray();
        await Task.WhenAny(Task.WhenAll(asked.OfType<Task>()), Task.Delay(Patience, _time));
        var heads = new long?[asked.Length];
        for (var i = 0; i < asked.Length; i++)
        {
            heads[i] = asked[i] is { IsCompletedSuccessfully: true } probe && await probe is null ? _providers[i].Health.Track.Head : null;
        }

        var view = PoolView.Of(heads, Volatile.Read(ref _view), _maxLag, _time.GetUtcNow());
        Volatile.Write(ref _view, view);
        return view;
    }

    /// <summary>Those that are not cooling; where that is nobody, all that did not ask for peace.</summary>
    private IEnumerable<(Provider Provider, bool IsMeant)> ToProbe()
    {
        var now = _time.GetUtcNow();
        var breakers = _providers.Select(provider => provider.Health.Breaker).ToArray();
        var isAnyoneReady = breakers.Any(IsReady);
        return _providers.Select((provider, i) => (provider, isAnyoneReady ? IsReady(breakers[i]) : breakers[i].MayBeAsked(now)));

        bool IsReady(Breaker breaker) => breaker.IsClosed || breaker.IsHalfOpen(now);
    }

    private (Provider Provider, ProviderState State)[] Ranked(Reach reach)
    {
        if (_providers.Count == 1)
        {
            var only = _providers[0];
            return only.Health.Breaker.MayBeAsked(_time.GetUtcNow()) ? [(only, ProviderState.Healthy)] : [];
        }

        // Stable: those that are equal stay in the configured order.
        return [.. States(_time.GetUtcNow())
            .Select(one => (one, Place: ProviderRank.PlaceOf(one.State, reach)))
            .Where(ranked => ranked.Place is not null)
            .OrderBy(ranked => ranked.Place)
            .ThenBy(ranked => ranked.one.State == ProviderState.Failing ? ranked.one.Provider.Health.Breaker.ReadyAt : default)
            .Select(ranked => ranked.one)];
    }

    private IEnumerable<(Provider Provider, ProviderState State)> States(DateTimeOffset now)
    {
        var healths = _providers.Select(provider => provider.Health).ToArray();
        var fastest = healths.Where(health => health.Breaker.IsClosed && health.ProbedAt != default)
            .Select(health => health.Latency).DefaultIfEmpty().Min();
        var view = Volatile.Read(ref _view);
        return healths.Select((health, i) =>
            (_providers[i], ProviderRank.StateOf(health, view?.Standings[i] ?? Standing.Unknown, fastest, ChainId.Value, now)));
    }

    private static ProviderReport ReportOf(Provider provider, ProviderState state, PoolView view, DateTimeOffset now)
    {
        var health = provider.Health;
        return new(
            provider.Client.Name,
            state,
            health.Track.Head,
            view.Head - health.Track.Head,
            health.ProbedAt == default ? null : health.Latency,
            health.Breaker.Window.Rate(now));
    }

    private int IndexOf(Provider provider)
    {
        for (var i = 0; i < _providers.Count; i++)
        {
            if (ReferenceEquals(_providers[i], provider))
            {
                return i;
            }
        }

        throw new ArgumentException("not of this pool", nameof(provider));
    }

    private static ProviderFaultException Apart(string message) => new(ProviderFaultKind.Lagging, message);
}

/// <summary>An answer and the height of the node that gave it.</summary>
/// <param name="Head">The node's newest block when it answered, or a little before.</param>
/// <param name="Value">The answer.</param>
internal sealed record AtHead<T>(long Head, T Value);
