using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Chains;

/// <summary>A contract that says which users are admitted, bound from <c>Chains:{name}:Policy:Admission</c>. Without it only operators' lists admit users.</summary>
public sealed class AdmissionCallOptions
{
    /// <summary>The contract, such as the account factory's registry.</summary>
    public Address? Contract { get; set; }

    /// <summary>A view function of one address that returns a boolean.</summary>
    public string Function { get; set; } = "isAccount(address)";

    /// <summary>How long a yes is remembered.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a no is remembered: so long a new user waits at most.</summary>
    public TimeSpan CacheNoFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request waits for the contract's word, at most 5 seconds. Without it the user is nobody that is known.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);
}
