using System.Collections.Concurrent;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;

namespace Relayer.Core.Relay.Budgets;

/// <summary>Remembers for a moment which budgets had no room, so that what would be refused again costs no simulation and no write.</summary>
/// <remarks>Safe for concurrent use. The database has the last word; this only spares it. Empty, it costs nothing.</remarks>
/// <param name="time">The clock.</param>
public sealed class BudgetGate(TimeProvider time)
{
    private const int Remembered = 1_024;

    /// <summary>What is under way ends in a second or two and gives back what it did not use.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(ChainId Chain, BudgetScope Scope, string Subject), (ulong PaidGas, Refusal Refusal, long At)> _closed = new();

    /// <summary>Why a request would be refused now, as far as is remembered.</summary>
    internal Refusal? Check(RelayCandidate candidate)
    {
        if (_closed.IsEmpty)
        {
            return null;
        }

        foreach (var budget in candidate.Budgets)
        {
            var key = (candidate.Request.ChainId, budget.Key.Scope, budget.Key.Subject);
            if (_closed.TryGetValue(key, out var closed) && candidate.PaidGas >= closed.PaidGas)
            {
                if (time.GetElapsedTime(closed.At) < Moment)
                {
                    return closed.Refusal;
                }

                _closed.TryRemove(key, out _);
            }
        }

        return null;
    }

    /// <summary>Remembers that a budget had no room for a request.</summary>
    internal void Close(RelayCandidate candidate, Budget budget, Refusal refusal)
    {
        if (_closed.Count >= Remembered)
        {
            _closed.Clear();
        }

        _closed[(candidate.Request.ChainId, budget.Key.Scope, budget.Key.Subject)] = (candidate.PaidGas, refusal, time.GetTimestamp());
    }
}
