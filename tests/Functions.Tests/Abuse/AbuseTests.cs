using Abuse.Mixes;
using Abuse.World;

namespace Functions.Tests.Abuse;

/// <summary>
/// Attacks on the running app cost at most what its budgets say, to the wei. A few mixes: many of them are
/// <c>dotnet run -c Release --project tests/Abuse -- mixes --seeds 1000</c>.
/// </summary>
[Trait("needs", "services")]
public sealed class AbuseTests : IAsyncLifetime
{
    private const int Seeds = 3;

    private static readonly TimeSpan Attacked = TimeSpan.FromSeconds(5);

    private AbuseStack? _stack;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stack = await AbuseStack.StartAsync(cancellation: Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }
    }

    [Fact]
    public async Task Mixed_attacks_cost_at_most_the_budgets_over_kills_fee_spikes_and_reorganisations_and_broken_ones_are_seen()
    {
        var seen = await MixStorm.RehearseAsync(_stack!, TimeSpan.FromSeconds(2), Cancellation);
        var summary = await MixStorm.RunAsync(_stack!, firstSeed: 1, Seeds, Attacked, Seeds, null, Cancellation);

        Assert.True(summary.Holds, string.Join("\n\n", summary.Complaints));
        Assert.True(summary.Accepted > 0 && summary.RefusedForBudget > 0, $"nothing was tried: {summary}");
        Assert.Contains(seen, violation => violation.Contains("are configured", StringComparison.Ordinal));
    }
}
