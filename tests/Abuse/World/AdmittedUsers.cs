using System.Numerics;
using DevChain;
using Relayer.Core.Ethereum;

namespace Abuse.World;

/// <summary>The contract that admits users: who is in its storage is known to every app here.</summary>
internal static class AdmittedUsers
{
    /// <summary>Where it is.</summary>
    public const string Registry = "0x00000000000000000000000000000000000a11ce";

    // Returns what it stores under the address: calldataload(4), sload, mstore(0), return(0, 32).
    private const string Code = "0x6004355460005260206000f3";

    /// <summary>Puts the contract there, with nobody in it.</summary>
    public static Task DeployAsync(AnvilNode node, CancellationToken cancellation) => node.SetCodeAsync(Registry, Code, cancellation);

    /// <summary>Admits them. A reorganisation takes that back as long as it is new.</summary>
    public static async Task AdmitAsync(AbuseStack stack, IEnumerable<DevKey> users, CancellationToken cancellation) =>
        await stack.Shared.Chain.AskAsync(
            "anvil_setStorageAt", users.Select(user => new object?[] { Registry, Word(user.Address), $"0x{BigInteger.One:x64}" }), cancellation);

    /// <summary>The app's settings for it.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Settings()
    {
        const string Admission = $"Chains__{AppSettings.ChainName}__Policy__Admission__";
        yield return new(Admission + "Contract", Registry);
        yield return new(Admission + "Timeout", "00:00:05"); // A busy machine.
    }

    private static string Word(Address address) => $"0x{new string('0', 24)}{address.ToString()[2..]}";
}
