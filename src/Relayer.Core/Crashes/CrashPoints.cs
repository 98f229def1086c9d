using System.Diagnostics;

namespace Relayer.Core.Crashes;

/// <summary>Named places between two steps, where a rehearsal kills the process. In production none of them does anything.</summary>
/// <remarks>
/// Armed by the setting <c>CrashPoints:At</c>, which validation refuses outside <c>Development</c>. The end is a SIGKILL: no handler runs,
/// nothing is unwound, nothing is flushed. Whoever adds a step to a pipeline adds its point here; the storms visit all of them.
/// </remarks>
public static class CrashPoints
{
    /// <summary>A migration's statements ran; nothing is committed.</summary>
    public const string MigrationApplied = "migration.applied";

    /// <summary>The signers are known to the database, fees and balances read; nobody was answered yet.</summary>
    public const string GaugeRead = "gauge.read";

    /// <summary>The rules are passed; nothing is written.</summary>
    public const string RelayEvaluated = "relay.judged";

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

    /// <summary>A noop is signed; it is only in memory.</summary>
    public const string CloseSigned = "close.signed";

    /// <summary>A noop is stored; no node has it.</summary>
    public const string CloseStored = "close.stored";

    /// <summary>A node has a noop.</summary>
    public const string CloseBroadcast = "close.broadcast";

    /// <summary>A payload is signed again with higher fees; that is only in memory.</summary>
    public const string BumpSigned = "bump.signed";

    /// <summary>The higher offer is stored; no node has it.</summary>
    public const string BumpStored = "bump.stored";

    /// <summary>A node has the higher offer.</summary>
    public const string BumpBroadcast = "bump.broadcast";

    /// <summary>A timer's tick is claimed; its function has not begun.</summary>
    public const string TimerClaimed = "timer.claimed";

    /// <summary>A keeper's run is on record as begun; it has looked at nothing.</summary>
    public const string KeeperBegun = "keeper.begun";

    /// <summary>Events are read; nothing is stored.</summary>
    public const string ScanRead = "scan.read";

    /// <summary>Events and what came of them are written; the cursor is not, and nothing is committed.</summary>
    public const string ScanKept = "scan.kept";

    /// <summary>New events, the work that came of them and the cursor are committed.</summary>
    public const string ScanStored = "scan.stored";

    /// <summary>Accounts are marked as looked at; nobody has looked at them.</summary>
    public const string AccountsTaken = "accounts.taken";

    /// <summary>Work was made of burns; they are not marked as taken, and nothing is committed.</summary>
    public const string BurnsKept = "burns.kept";

    /// <summary>A run has recorded new work.</summary>
    public const string KeeperFound = "keeper.found";

    /// <summary>Work that is due is read.</summary>
    public const string KeeperDue = "keeper.due";

    /// <summary>Prices for a simulation are fetched; they are only in memory.</summary>
    public const string PriceFetched = "price.fetched";

    /// <summary>Circle has answered; its attestations are only in memory.</summary>
    public const string AttestationFetched = "attestation.fetched";

    /// <summary>It is decided what becomes of the work; nothing is written.</summary>
    public const string KeeperPlanned = "keeper.planned";

    /// <summary>What is not acted on is written; nothing is reserved for the rest.</summary>
    public const string KeeperDecided = "keeper.decided";

    /// <summary>Nonce, transaction, work and budget are written; nothing is committed.</summary>
    public const string KeeperHeld = "keeper.held";

    /// <summary>Nonce, transaction, work and budget are committed; nothing is signed.</summary>
    public const string KeeperReserved = "keeper.reserved";

    /// <summary>A run has sent what it had to; its own record is not closed.</summary>
    public const string KeeperSent = "keeper.sent";

    /// <summary>The work of final transactions is read; nothing of its outcome is written.</summary>
    public const string OutcomeRead = "outcome.read";

    /// <summary>Work and breaker have the outcome, the budget has not; nothing is committed.</summary>
    public const string OutcomeDecided = "outcome.decided";

    /// <summary>The budget is settled too; nothing is committed.</summary>
    public const string OutcomeSettled = "outcome.settled";

    private static string? _armed;
    private static int _left;

    /// <summary>Those of the engine, of relays and of the program itself, in the order of a transaction's way.</summary>
    public static IReadOnlyList<string> Relaying { get; } =
    [
        MigrationApplied, GaugeRead, RelayEvaluated, RelayReserved, SubmitSigned, SubmitStored, SubmitBroadcast, SubmitMarked, ConfirmRead,
        ConfirmObserved, RecordMoved, RecordWritten, RecordCommitted, CloseSigned, CloseStored, CloseBroadcast, BumpSigned,
        BumpStored, BumpBroadcast, TimerClaimed,
    ];

    /// <summary>Those that only keepers come by, in the order of a piece of work's way. Then they go the engine's way.</summary>
    public static IReadOnlyList<string> Keeping { get; } =
    [
        KeeperBegun, ScanRead, ScanKept, ScanStored, AccountsTaken, BurnsKept, KeeperFound, KeeperDue, PriceFetched, AttestationFetched,
        KeeperPlanned, KeeperDecided, KeeperHeld, KeeperReserved, KeeperSent, OutcomeRead, OutcomeDecided, OutcomeSettled,
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Relaying, .. Keeping];

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

    /// <summary>The same, where only some who come by have a step behind them.</summary>
    public static void PassIf(bool isBehind, string point)
    {
        if (isBehind)
        {
            Pass(point);
        }
    }
}
