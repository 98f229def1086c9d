using System.Diagnostics;

namespace Relayer.Core.Crashes;

/// <summary>Named places between two steps, where a rehearsal kills the process. In production none of them does anything.</summary>
/// <remarks>
/// Armed by the setting <c>CrashPoints:At</c>, which validation refuses outside <c>Development</c>. The end is a SIGKILL: no handler runs,
/// nothing is unwound, nothing is flushed. Whoever adds a step to a pipeline adds its point here; the kill storm visits all of them.
/// </remarks>
public static class CrashPoints
{
    /// <summary>A migration's statements ran; nothing is committed.</summary>
    public const string MigrationApplied = "migration.applied";

    /// <summary>The signers are known to the database, fees and balances read; nobody was answered yet.</summary>
    public const string GaugeRead = "gauge.read";

    /// <summary>The rules are passed; nothing is written.</summary>
    public const string RelayJudged = "relay.judged";

    /// <summary>Signer, nonce, transaction and relay are committed; nothing is signed.</summary>
    public const string RelayReserved = "relay.reserved";

    /// <summary>Signed; the bytes are only in memory.</summary>
    public const string SubmitSigned = "submit.signed";

    /// <summary>The bytes are stored; no node has them.</summary>
    public const string SubmitStored = "submit.stored";

    /// <summary>A node has the bytes; nothing says so.</summary>
    public const string SubmitBroadcast = "submit.broadcast";

    /// <summary>The broadcast is noted.</summary>
    public const string SubmitMarked = "submit.marked";

    /// <summary>A pass has read what is open.</summary>
    public const string ConfirmRead = "confirm.read";

    /// <summary>A pass has read the receipts; nothing is recorded.</summary>
    public const string ConfirmObserved = "confirm.observed";

    /// <summary>States moved; the features' outcomes are not written and nothing is committed.</summary>
    public const string RecordMoved = "record.moved";

    /// <summary>The features' outcomes are written; nothing is committed.</summary>
    public const string RecordWritten = "record.written";

    /// <summary>An outcome is committed.</summary>
    public const string RecordCommitted = "record.committed";

    /// <summary>A self-send is signed; it is only in memory.</summary>
    public const string CloseSigned = "close.signed";

    /// <summary>A self-send is stored; no node has it.</summary>
    public const string CloseStored = "close.stored";

    /// <summary>A node has a self-send.</summary>
    public const string CloseBroadcast = "close.broadcast";

    /// <summary>A payload is signed again with higher fees; that is only in memory.</summary>
    public const string BumpSigned = "bump.signed";

    /// <summary>The higher offer is stored; no node has it.</summary>
    public const string BumpStored = "bump.stored";

    /// <summary>A node has the higher offer.</summary>
    public const string BumpBroadcast = "bump.broadcast";

    /// <summary>A timer's tick is claimed; its function has not begun.</summary>
    public const string TimerClaimed = "timer.claimed";

    private static string? _armed;
    private static int _left;

    /// <summary>All of them, in the order of a transaction's way.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        MigrationApplied, GaugeRead, RelayJudged, RelayReserved, SubmitSigned, SubmitStored, SubmitBroadcast, SubmitMarked, ConfirmRead,
        ConfirmObserved, RecordMoved, RecordWritten, RecordCommitted, CloseSigned, CloseStored, CloseBroadcast, BumpSigned,
        BumpStored, BumpBroadcast, TimerClaimed,
    ];

    /// <summary>Arms one, before anything runs.</summary>
    /// <param name="point">One of <see cref="All"/>; empty for none.</param>
    /// <param name="occurrence">The how-maniest time the process gets there, from 1.</param>
    public static void Arm(string point, int occurrence)
    {
        ArgumentNullException.ThrowIfNull(point);
        _left = occurrence;
        _armed = point.Length == 0 ? null : point;
    }

    /// <summary>Dies here, if this is the armed point and its time has come.</summary>
    public static void Pass(string point)
    {
        if (_armed is { } armed && armed == point && Interlocked.Decrement(ref _left) == 0)
        {
            Process.GetCurrentProcess().Kill();
        }
    }
}
