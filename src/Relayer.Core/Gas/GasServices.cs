using Microsoft.Extensions.DependencyInjection;
using Relayer.Core.Incidents;
using Relayer.Core.Transactions;

namespace Relayer.Core.Gas;

/// <summary>Registers the care for gas.</summary>
public static class GasServices
{
    /// <summary>Adds balances, top-ups, the spend ledger and the report; needs storage, operations, providers, keys and the engines.</summary>
    public static IServiceCollection AddGas(this IServiceCollection services)
    {
        services.AddIncidents();
        services.AddSingleton<ISpendLedger, SpendLedger>();
        services.AddSingleton<Balances>();
        services.AddSingleton<Reconciliation>();
        services.AddSingleton<TopUpSituations>();
        services.AddSingleton<TopUpReports>();
        services.AddSingleton<TopUpService>();
        services.AddSingleton<IPurpose, TopUpPurpose>();
        services.AddSingleton<GasReport>();
        services.AddSingleton<GasRecords>();
        services.AddSingleton<IncidentClearing>();
        return services;
    }
}
