using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;

namespace Relayer.Core.Keepers.Engine;

/// <summary>A keeper of one's own that <c>AddKeeper</c> brought along.</summary>
public abstract class KeeperRegistration
{
    private protected KeeperRegistration(KeeperSection section) => Section = section;

    /// <summary>Its section in the settings.</summary>
    public KeeperSection Section { get; }

    /// <summary>Makes it for one chain that has the section.</summary>
    internal abstract IKeeper Create(IServiceProvider services, ChainOptions chain);
}
