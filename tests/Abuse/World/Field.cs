using Storms.Workloads;

namespace Abuse.World;

/// <summary>Where attackers and honest users meet: a relayer with small budgets.</summary>
/// <param name="Stack">The chain and its contracts.</param>
/// <param name="Budgets">What is configured.</param>
/// <param name="Relayer">The app's instances.</param>
internal sealed record Field(AbuseStack Stack, SmallBudgets Budgets, RelayerUnderTest Relayer) : IAsyncDisposable
{
    /// <param name="stack">Where.</param>
    /// <param name="budgets">What must hold.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="given">What the app is given instead, to see whether it shows.</param>
    public static async Task<Field> SettleAsync(AbuseStack stack, SmallBudgets budgets, CancellationToken cancellation, SmallBudgets? given = null)
    {
        var options = new RelayerUnderTestOptions { Signers = 2, Template = stack.Template, Settings = (given ?? budgets).Settings(stack.Contracts) };
        return new Field(stack, budgets, await RelayerUnderTest.SettleAsync(stack.Shared, options, cancellation));
    }

    public ValueTask DisposeAsync() => Relayer.DisposeAsync();
}
