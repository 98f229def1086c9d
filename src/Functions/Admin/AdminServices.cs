using Functions.Operators;

namespace Functions.Admin;

/// <summary>Registers what the functions for operators need beside the core.</summary>
public static class AdminServices
{
    /// <summary>Adds what carries instructions out and shows what became of them.</summary>
    public static IServiceCollection AddAdminFunctions(this IServiceCollection services) =>
        services.AddSingleton<PauseDesk>().AddSingleton<SignerListing>().AddSingleton<TransactionDesk>()
            .AddHostedService<OperatorsReport>();
}
