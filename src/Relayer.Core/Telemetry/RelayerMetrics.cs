using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Relayer.Core.Telemetry;

/// <summary>The names under which the relayer reports what it does; OpenTelemetry subscribes to <see cref="Name"/>.</summary>
public static class RelayerMetrics
{
    /// <summary>The name of both the meter and the activity source.</summary>
    public const string Name = "Relayer";

    private static readonly Meter Meter = new(Name);

    /// <summary>Spans: one for each relay, batch and JSON-RPC round trip.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>Requests accepted. Tags: <c>chain</c>, <c>dialect</c>.</summary>
    public static Counter<long> RelaysAccepted { get; } =
        Meter.CreateCounter<long>("relayer.relay.accepted", "{relay}", "Requests accepted");

    /// <summary>Requests refused. Tags: <c>chain</c>, <c>code</c> (the problem's code).</summary>
    public static Counter<long> RelaysRefused { get; } =
        Meter.CreateCounter<long>("relayer.relay.refused", "{relay}", "Requests refused, by code");

    /// <summary>Seconds from a request's arrival to its answer. Tags: <c>chain</c>, <c>outcome</c>.</summary>
    public static Histogram<double> RelayDuration { get; } =
        Meter.CreateHistogram<double>("relayer.relay.duration", "s", "Time from a request's arrival to its answer");

    /// <summary>Signed transactions handed to a node, repeats included. Tags: <c>chain</c>, <c>purpose</c>.</summary>
    public static Counter<long> TransactionsBroadcast { get; } =
        Meter.CreateCounter<long>("relayer.transaction.broadcast", "{transaction}", "Signed transactions handed to a node");

    /// <summary>Versions signed in place of an earlier one. Tags: <c>chain</c>, <c>purpose</c>, <c>kind</c> (<c>payload</c> or <c>noop</c>).</summary>
    public static Counter<long> TransactionsReplaced { get; } =
        Meter.CreateCounter<long>("relayer.transaction.replaced", "{transaction}", "Versions signed in place of an earlier one");

    /// <summary>Times that a transaction came to stand at the chain's caps, unmined. Tags: <c>chain</c>, <c>purpose</c>.</summary>
    public static Counter<long> TransactionsAtCap { get; } =
        Meter.CreateCounter<long>("relayer.transaction.at_cap", "{transaction}", "Times that a transaction came to stand at the caps");

    /// <summary>Signers that are not paused and can pay for a usual transaction, at the last look. Tags: <c>chain</c>.</summary>
    public static Gauge<long> SignersUsable { get; } =
        Meter.CreateGauge<long>("relayer.signer.usable", "{signer}", "Signers that take new transactions and can pay for them");

    /// <summary>Transactions that became final. Tags: <c>chain</c>, <c>purpose</c>, <c>success</c>.</summary>
    public static Counter<long> TransactionsConfirmed { get; } =
        Meter.CreateCounter<long>("relayer.transaction.confirmed", "{transaction}", "Transactions that became final");

    /// <summary>Wei paid for a final transaction; a measure, not a ledger. Tags: <c>chain</c>, <c>purpose</c>.</summary>
    public static Histogram<double> TransactionFee { get; } =
        Meter.CreateHistogram<double>("relayer.transaction.fee", "{wei}", "Fee paid for a final transaction");

    /// <summary>Answers a provider failed to give. Tags: <c>chain</c>, <c>provider</c> (host only), <c>kind</c>.</summary>
    public static Counter<long> ProviderErrors { get; } =
        Meter.CreateCounter<long>("relayer.provider.errors", "{error}", "Answers that a provider failed to give");

    /// <summary>Calls of operators' routes that were refused. Tags: <c>reason</c> (<c>missing</c>, <c>wrong</c>, <c>throttled</c>, <c>role</c>).</summary>
    public static Counter<long> OperatorsRefused { get; } =
        Meter.CreateCounter<long>("relayer.operator.refused", "{call}", "Calls of operators' routes that were refused");

    /// <summary>Calls with a key that is no API client's. Tags: <c>reason</c> (<c>wrong</c>, <c>throttled</c>).</summary>
    public static Counter<long> ClientsRefused { get; } =
        Meter.CreateCounter<long>("relayer.client.refused", "{call}", "Calls with a key that is no API client's");

    /// <summary>
    /// Calls for which there was no room. Tags: <c>what</c> (<c>requests</c>, <c>bodies</c>, <c>slow_bodies</c>, <c>waits</c>, <c>streams</c>,
    /// <c>reads</c>, <c>connections</c> or <c>rates</c>).
    /// </summary>
    public static Counter<long> CallsTurnedAway { get; } =
        Meter.CreateCounter<long>("relayer.call.turned_away", "{call}", "Calls for which there was no room");
}
