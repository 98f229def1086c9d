using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;

namespace Relayer.Core.Treasury.TopUps;

/// <summary>The kinds of incidents that stop top-ups until a person has cleared them.</summary>
internal static class TopUpStops
{
    /// <summary>A chain spends far more than ever: refilling would feed whatever drains it.</summary>
    public const string Anomaly = "spend_anomaly";

    /// <summary>Money left an account, and no transaction on record says how.</summary>
    public const string Loss = "unexplained_loss";

    /// <summary>The council's wallet is one of the signers.</summary>
    public const string SharedKey = "council_is_signer";

    /// <summary>Nothing of a chain is topped up.</summary>
    public static bool IsStopped(ChainId chainId, IEnumerable<Incident> open) =>
        open.Any(incident => incident.Report.Kind is Anomaly or SharedKey && incident.Report.ChainId == chainId);
}
