using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Transactions.Watch;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Transactions that no provider gives a readable answer about: each waits longer from time to time, and nothing else waits for it.</summary>
/// <remarks>For one caller at a time. Kept in memory only.</remarks>
internal sealed partial class UnreadReceipts(ChainSettings settings, MissingReceipts missing, TimeProvider time, ILogger<UnreadReceipts> logger)
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private const string Disputed = "too few of the providers say the same of its receipt and its block";

    private const int Remembered = 4_096;

    private readonly Dictionary<Guid, (DateTimeOffset Until, TimeSpan Pause)> _resting = [];

    // What was noted here, and is over when there is no such receipt any more.
    private readonly HashSet<Guid> _noted = [];

    /// <summary>True when it may be asked about.</summary>
    public bool IsDue(Guid id) => !_resting.TryGetValue(id, out var rest) || rest.Until <= time.GetUtcNow();

    /// <summary>Learns from a reading what was readable and what is proved.</summary>
    public void Note(IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            if (finding.Unread is { } why)
            {
                Rest(finding.Transaction.Id, why);
            }
            else if (finding.IsDisputed && finding.Observation is not Observation.Included)
            {
                // A node that is a block behind may have caught up in a second; who lies is not asked at every pass.
                Rest(finding.Transaction.Id, Disputed);
            }
            else
            {
                _resting.Remove(finding.Transaction.Id);
            }

            if (WhatIsMissing(finding) is { } what)
            {
                _noted.Add(finding.Transaction.Id);
                missing.Note(finding.Transaction, what);
            }
            else if (finding.Observation is not Observation.ReceiptMissing || _noted.Contains(finding.Transaction.Id))
            {
                _noted.Remove(finding.Transaction.Id);
                missing.Found(finding.Transaction.Id);
            }
        }

        Forget();
    }

    private static string? WhatIsMissing(Finding finding) => (finding.Observation, finding.Transaction.State) switch
    {
        _ when finding.Unread is { } why => $"no provider gives a readable answer about its receipt ({why})",
        (Observation.ReceiptMissing, TransactionState.Mined mined) =>
            $"it was mined in block {mined.Inclusion.BlockNumber}, and nobody shows its receipt any more",

        // A reorg that took it back is no more than that; the receipt of such a block that is shown still is.
        (Observation.Orphaned orphaned, not TransactionState.Mined) =>
            $"the receipt that is shown is of a block that is not the canonical one at height {orphaned.Block.Number}",

        // Deep enough by what one provider says, and not agreed upon.
        (Observation.ReceiptSeen seen, TransactionState.Mined mined) when seen.Inclusion == mined.Inclusion && finding.IsDisputed =>
            $"{Disputed} (block {seen.Inclusion.BlockNumber})",
        _ => null,
    };

    private void Forget()
    {
        if (_resting.Count > Remembered)
        {
            _resting.Clear();
        }

        if (_noted.Count > Remembered)
        {
            _noted.Clear();
        }
    }

    private void Rest(Guid id, string why)
    {
        if (_resting.TryGetValue(id, out var before))
        {
            _resting[id] = Until(TimeSpan.FromTicks(Math.Min(before.Pause.Ticks * 2, LongestRest.Ticks)));
            return;
        }

        _resting[id] = Until(FirstRest);
        Log.Unread(logger, id, settings.ChainId, why);
    }

    private (DateTimeOffset, TimeSpan) Until(TimeSpan rest) => (time.GetUtcNow() + rest, rest);

    private static partial class Log
    {
        [LoggerMessage(EventId = 228, Level = LogLevel.Warning, Message = "What became of transaction {Id} on chain {ChainId} cannot be read ({Reason}); it is asked again, less and less often, and the others go on")]
        public static partial void Unread(ILogger logger, Guid id, ChainId chainId, string reason);
    }
}
