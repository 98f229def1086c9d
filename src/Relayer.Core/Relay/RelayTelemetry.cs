using System.Diagnostics;
using Relayer.Core.Ethereum;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Relay;

/// <summary>How a decision shows in traces and metrics.</summary>
internal static class RelayTelemetry
{
    /// <summary>Tags the span of a request.</summary>
    public static void Describe(Activity? activity, RelayRequest request, RelayDecision decision)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("relayer.chain_id", request.ChainId.Value);
        activity.SetTag("relayer.outcome", decision.GetType().Name.ToLowerInvariant());
        switch (decision)
        {
            case RelayDecision.Accepted { Relay: var relay }:
                activity.SetTag("relayer.relay_id", relay.Id.ToString()).SetTag("relayer.transaction_hash", relay.TransactionHash?.ToString());
                break;
            case RelayDecision.Known { Relay: var relay }:
                activity.SetTag("relayer.relay_id", relay.Id.ToString());
                break;
            case RelayDecision.Rejected { Refusal: var refusal }:
                activity.SetTag("relayer.code", refusal.Code);
                break;
            default:
                break;
        }
    }

    /// <summary>Counts and times a request.</summary>
    public static void Measure(ChainId chainId, RelayDecision decision, TimeSpan elapsed)
    {
        var chain = new KeyValuePair<string, object?>("chain", chainId.Value);
        RelayerMetrics.RelayDuration.Record(elapsed.TotalSeconds, chain, new("outcome", decision.GetType().Name.ToLowerInvariant()));
        if (decision is RelayDecision.Accepted)
        {
            RelayerMetrics.RelaysAccepted.Add(1, chain);
        }
        else if (decision is RelayDecision.Rejected rejected)
        {
            // An unknown chain id is the caller's invention: as a tag it would grow without bound.
            var known = rejected.Refusal.Code == RefusalCode.UnknownChain ? new("chain", "unknown") : chain;
            RelayerMetrics.RelaysRefused.Add(1, known, new("code", rejected.Refusal.Code));
        }
    }
}
