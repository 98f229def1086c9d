namespace Relayer.Core.Configuration.Keepers;

/// <summary>
/// What every keeper of one's own may do, bound from <c>Chains:{name}:Keepers:{its name}</c>; its options derive from this. Where that section is
/// missing it does not run.
/// </summary>
public abstract class ViewKeeperOptions : KeeperLimitOptions
{
    /// <summary>How often it looks, in each instance; once more after a start.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most gas of a transaction whose call does not say.</summary>
    public long GasLimit { get; set; } = 500_000;

    /// <summary>How long a transaction is tried for; then it is cancelled.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Checks what it adds, once, before anything starts.</summary>
    /// <param name="at">Where it stands in the settings: the front of each key.</param>
    /// <param name="faults">Gathers what is wrong.</param>
    public virtual void Validate(string at, OptionFaults faults)
    {
    }
}

/// <summary>A section of <c>Chains:{name}:Keepers</c> that a keeper of one's own brings along.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its options.</param>
/// <param name="Bind">Reads them.</param>
public sealed record KeeperSection(string Name, Type Type, Func<Microsoft.Extensions.Configuration.IConfigurationSection, ViewKeeperOptions> Bind);
