using DevChain;
using Storms.Workloads;

namespace Abuse.World;

/// <summary>Where attackers and honest users meet: a relayer with small budgets.</summary>
/// <param name="Stack">The chain and its contracts.</param>
/// <param name="Budgets">What is configured.</param>
/// <param name="Relayer">The app's instances.</param>
/// <param name="Admitted">Users that the contract admits.</param>
internal sealed record Field(AbuseStack Stack, SmallBudgets Budgets, RelayerUnderTest Relayer, IReadOnlyList<DevKey> Admitted) : IAsyncDisposable
{
    /// <summary>Signers of each.</summary>
    public const int ForRelays = 2;

    /// <summary>The signers that pay for relays and for nothing else.</summary>
    public IEnumerable<DevKey> Payers => Relayer.Signers.Take(ForRelays);

    /// <param name="stack">Where.</param>
    /// <param name="budgets">What must hold.</param>
    /// <param name="keys">Signers that have their money already, and users that are admitted; a reorganisation takes back what a node was told lately.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="given">What the app is given instead, to see whether it shows.</param>
    /// <param name="work">Work for keepers, which have a signer of their own.</param>
    public static async Task<Field> SettleAsync(
        AbuseStack stack, SmallBudgets budgets, FieldKeys keys, CancellationToken cancellation, SmallBudgets? given = null, KeepersWork? work = null)
    {
        var settings = (given ?? budgets).Settings(stack.Contracts);
        foreach (var (key, value) in AdmittedUsers.Settings().Concat(work?.Settings() ?? []))
        {
            settings[key] = value;
        }

        IReadOnlyList<DevKey> signers = work is null ? keys.Signers : [.. keys.Signers, work.Signer];
        var options = new RelayerUnderTestOptions { Keys = signers, Template = stack.Template, Settings = settings };
        return new Field(stack, budgets, await RelayerUnderTest.SettleAsync(stack.Shared, options, cancellation), keys.Admitted);
    }

    public ValueTask DisposeAsync() => Relayer.DisposeAsync();
}
