using Microsoft.Extensions.Configuration;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Configuration.Reading;

namespace Relayer.Core.Configuration;

/// <summary>Everything configured, bound from the root of the configuration.</summary>
/// <remarks>What it says is checked once, at start, by <see cref="RelayerOptionsValidator"/>; the parts read it as it is.</remarks>
public sealed class RelayerOptions
{
    /// <summary>The value of <see cref="Environment"/> in which signing keys may stand in the configuration itself.</summary>
    public const string Development = "Development";

    // No property, which would be bound.
    private IReadOnlyList<TextFault> _unread = [];

    /// <summary>
    /// <c>Production</c>, or <c>Development</c>, where literal keys and unencrypted connections are accepted, and which is served to this machine
    /// alone.
    /// </summary>
    public string Environment { get; set; } = "Production";

    /// <summary>
    /// How this instance is called where its observations of providers are shown. Left out: Azure's name of the region it runs in.
    /// </summary>
    public string ObservedFrom { get; set; } = "";

    /// <summary>Where state is kept.</summary>
    public DatabaseOptions Database { get; init; } = new();

    /// <summary>Where signing keys are kept.</summary>
    public KeyVaultOptions KeyVault { get; init; } = new();

    /// <summary>Who may operate, by the name that the audit knows them by. Nobody, when none is there.</summary>
    public Dictionary<string, OperatorOptions> Operators { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Who posts users' requests with a key of their own. Nobody has to: without a key a caller is anonymous.</summary>
    public Dictionary<string, ClientOptions> Clients { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How much is taken at once.</summary>
    public AdmissionOptions Admission { get; init; } = new();

    /// <summary>Where incidents are told.</summary>
    public AlertOptions Alerts { get; init; } = new();

    /// <summary>Where the keepers' prices come from.</summary>
    public HermesOptions Hermes { get; init; } = new();

    /// <summary>Where attestations of burnt USDC come from.</summary>
    public CircleOptions Circle { get; init; } = new();

    /// <summary>How long what keepers wrote down is kept.</summary>
    public KeeperRecordsOptions KeeperRecords { get; init; } = new();

    /// <summary>The chains served, by a name that only the configuration and the logs use.</summary>
    public Dictionary<string, ChainOptions> Chains { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where a rehearsal ends this process; nowhere in production.</summary>
    public CrashPointOptions CrashPoints { get; init; } = new();

    /// <summary>True where literal signing keys are accepted.</summary>
    public bool IsDevelopment => Environment.Equals(Development, StringComparison.OrdinalIgnoreCase);

    /// <summary>The texts that could not be read as their type. Nothing starts while there is one.</summary>
    internal IReadOnlyList<TextFault> ListUnread() => _unread;

    /// <summary>Reads the whole configuration; unknown keys are left to whom they belong. <see cref="RelayerOptionsValidator"/> tells what could not be read.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="own">The sections of keepers of one's own.</param>
    public static RelayerOptions Bind(IConfiguration configuration, params IReadOnlyList<KeeperSection> own)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IReadOnlyList<TextFault> unmeant = UnmeantTexts.Find(configuration);
        try
        {
            return Bind(configuration, own, unmeant);
        }
        catch (InvalidOperationException) when (UnreadableTexts.Find(configuration, own) is { Count: > 0 } unreadable)
        {
            // The binders stop at the first; bound without them, all others are told too.
            return Bind(UnreadableTexts.Without(configuration, unreadable), own, [.. unmeant, .. unreadable]);
        }
    }

    private static RelayerOptions Bind(IConfiguration configuration, IReadOnlyList<KeeperSection> own, IReadOnlyList<TextFault> found)
    {
        var options = new RelayerOptions();
        configuration.Bind(options);
        foreach (var (name, chain) in options.Chains)
        {
            RpcTexts.Fill(chain, configuration.GetSection($"Chains:{name}:Rpc"));
        }

        var texts = new OptionTexts();
        texts.Fill(options, configuration);
        if (options.ObservedFrom.Length == 0)
        {
            // https://learn.microsoft.com/azure/app-service/reference-app-settings#app-environment
            options.ObservedFrom = configuration["REGION_NAME"] is { Length: > 0 } region ? region : "unnamed";
        }

        foreach (var (name, chain) in options.Chains)
        {
            foreach (var keeper in own)
            {
                var section = configuration.GetSection($"Chains:{name}:Keepers:{keeper.Name}");
                if (section.GetChildren().Any())
                {
                    var bound = keeper.Bind(section);
                    texts.Fill(bound, section, section.Path);
                    chain.Keepers.SetOwn(keeper.Name, bound);
                }
            }
        }

        options._unread = [.. found.Concat(texts.Unread).DistinctBy(fault => fault.Key, StringComparer.OrdinalIgnoreCase)];
        return options;
    }
}
