using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Breakers;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;
using Relayer.Core.Relay.Outcomes;
using Relayer.Core.Transactions;

namespace Relayer.Core.Relay;

/// <summary>Registers the relaying of users' requests.</summary>
public static class RelayServices
{
    /// <summary>Adds <see cref="RelayService"/> and what it needs beside the engine.</summary>
    public static IServiceCollection AddRelay(this IServiceCollection services)
    {
        services.TryAddSingleton<IUserAttempts, UncountedAttempts>();
        services.AddSingleton<ApiClients>();
        services.AddSingleton<UserLists>();
        services.AddSingleton<AdmissionCalls>();
        services.AddSingleton<Approvals>();
        services.AddSingleton<ContractWallets>();
        services.AddSingleton<RelayRoutes>();
        services.AddSingleton<ForwarderCheck>();
        services.AddSingleton<RelayService>();
        services.AddSingleton<BreakerBoard>();
        services.AddSingleton<BudgetReport>();
        services.AddSingleton<BudgetWatch>();
        services.AddSingleton<ITransactionHandler, RelayTransactionHandler>();
        return services;
    }
}
