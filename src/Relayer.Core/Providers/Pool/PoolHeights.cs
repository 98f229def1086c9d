using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers.JsonRpc;

namespace Relayer.Core.Providers.Pool;

/// <summary>The heights of one chain's providers: asked for, compared, and what an answer from a height is worth.</summary>
/// <remarks>
/// Safe for concurrent use. Nothing runs while nobody asks: heights are asked for beside the traffic when the last ones are old,
/// and waited for only where there are none. With one provider there is nothing to compare, and nothing is asked in addition.
/// </remarks>
internal sealed class PoolHeights
{
    /// <summary>How long slow providers are waited for when they are compared.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How old a view may be before it is renewed beside the traffic.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(3);

    /// <summary>How old a view may be to decide by; after a pause in the traffic the next caller waits for a new one.</summary>
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(15);

    /// <summary>How often a provider that is alone is asked anew which chain it serves.</summary>
    private static readonly TimeSpan RecheckOnlyOneAfter = TimeSpan.FromMinutes(1);

    private readonly ChainId _chainId;
    private readonly IReadOnlyList<Provider> _providers;
    private readonly IReadOnlyList<string> _operators;
    private readonly int _maxLag;
    private readonly TimeProvider _time;
    private readonly SingleFlight<PoolSnapshot> _renewal;
    private readonly Lock _gate = new();
    private PoolSnapshot? _view;
    private ConfirmedHeight _confirmed;

    public PoolHeights(ChainId chainId, IReadOnlyList<Provider> providers, int maxLag, TimeProvider time)
    {
        (_chainId, _providers, _maxLag, _time) = (chainId, providers, maxLag, time);
        _operators = [.. providers.Select(provider => provider.Operator)];
        _renewal = new(AskAsync);
    }

    /// <summary>What the heights last told amount to; <see langword="null"/> before the first.</summary>
    public PoolSnapshot? View => Volatile.Read(ref _view);

    /// <summary>Notes a block in which something was confirmed: nothing is believed from before it.</summary>
    /// <returns>Whether that was not known yet.</returns>
    public bool NoteConfirmed(long height)
    {
        lock (_gate)
        {
            var before = _confirmed;
            _confirmed = before.After(height, _time.GetUtcNow());
            return _confirmed != before;
        }
    }

    /// <summary>Asks every provider that may be asked; callers at the same time share it.</summary>
    public Task<PoolSnapshot> RenewAsync(CancellationToken cancellation) => _renewal.RunAsync(cancellation);

    /// <summary>Sees to it that there is a view to choose by: renews it when it is time, and waits only when there is none to go by.</summary>
    public ValueTask EnsureAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        if (_providers.Count == 1)
        {
            // Nothing to compare; but what is behind the URL may have become another chain's.
            var health = _providers[0].Health;
            if (health.ServedChain == _chainId.Value && now - health.ProbedAt > RecheckOnlyOneAfter)
            {
                _ = _providers[0].ProbeAsync(CancellationToken.None);
            }

            return ValueTask.CompletedTask;
        }

        if (View is not { } view || now - view.At > TooOld)
        {
            return new ValueTask(RenewAsync(cancellation));
        }

        if (now - view.At > RenewAfter || _providers.Any(provider => provider.Health.Breaker.IsHalfOpen(now)))
        {
            _ = RenewAsync(CancellationToken.None);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Judges the height of a provider's answer.</summary>
    /// <exception cref="ProviderFaultException">It is behind what was confirmed, behind what the provider told before or behind the pool, or contradicted.</exception>
    public async Task EvaluateAsync(Provider provider, long head, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var before = provider.NoteHead(head);
        if (before.IsBehindItself(head, _maxLag, now))
        {
            throw Apart($"answers at block {head}, though it told {before.Highest} before");
        }

        if (Confirmed(provider, head, now) is var confirmed && confirmed.IsBefore(head))
        {
            throw Apart($"answers at block {head}, before {confirmed.Height}, in which something is confirmed");
        }

        if (_providers.Count > 1 && View is { Head: { } pool } view)
        {
            if (head < pool - _maxLag)
            {
                throw Apart($"answers at block {head}, the pool is at {pool}");
            }

            if (view.IsAhead(head, _maxLag, now) && (await RenewAsync(cancellation)).Standings[IndexOf(provider)] == Standing.Ahead)
            {
                throw Apart($"claims block {head}, which the others contradict");
            }
        }
    }

    private ConfirmedHeight Confirmed(Provider provider, long head, DateTimeOffset now)
    {
        ConfirmedHeight before, after;
        lock (_gate)
        {
            before = _confirmed;
            after = _confirmed = before.AfterHead(head, now);
        }

        if (after.Height < before.Height)
        {
            provider.NoteShorter(before.Height);
        }

        return after;
    }

    private async Task<PoolSnapshot> AskAsync()
    {
        var asked = ToProbe().Select(isMeant => isMeant.IsMeant ? isMeant.Provider.ProbeAsync(CancellationToken.None) : null).ToArray();
        await Task.WhenAny(Task.WhenAll(asked.OfType<Task>()), Task.Delay(Patience, _time));
        var heads = new long?[asked.Length];
        for (var i = 0; i < asked.Length; i++)
        {
            heads[i] = asked[i] is { IsCompletedSuccessfully: true } probe && await probe is null ? _providers[i].Health.Track.Head : null;
        }

        var view = PoolSnapshot.Of(heads, View, _maxLag, _time.GetUtcNow(), _operators);
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
