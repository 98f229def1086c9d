namespace Functions.Admin;

/// <summary>Registers what the functions for operators need beside the core.</summary>
public static class AdminServices
{
    /// <summary>Adds <see cref="InstructionReader"/>.</summary>
    public static IServiceCollection AddAdminFunctions(this IServiceCollection services) => services.AddSingleton<InstructionReader>();
}
