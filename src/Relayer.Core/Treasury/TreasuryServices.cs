using Microsoft.Extensions.DependencyInjection;
using Relayer.Core.Incidents;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Records;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Reports;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury;

/// <summary>Registers the care for gas.</summary>
public static class TreasuryServices
{
    /// <summary>Adds balances, top-ups, the spend ledger and the report; needs storage, operations, providers, keys and the engines.</summary>
    public static IServiceCollection AddTreasury(this IServiceCollection services)
    {
        services.AddIncidents();
        services.AddSingleton<ISpendLedger, SpendLedger>();
        services.AddSingleton<BalanceReader>();
        services.AddSingleton<Reconciliation>();
        services.AddSingleton<TopUpContextReader>();
        services.AddSingleton<TopUpIncidents>();
        services.AddSingleton<SpendAnomalyGuard>();
        services.AddSingleton<TopUpService>();
        services.AddSingleton<ITransactionHandler, TopUpTransactionHandler>();
        services.AddSingleton<GasReport>();
        services.AddSingleton<GasRecords>();
        services.AddSingleton<IncidentClearing>();
        return services;
    }
}
