using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks what users may call. What would let them call anything wants an explicit yes.</summary>
internal static class TargetOptionsValidator
{
    private const string Yes = "AllowAnyCall is true for this target";

    // https://github.com/mds1/multicall3: the same address on every chain.
    private static readonly Address Multicall3 = Address.Parse("0xcA11bde05977b3631167028862bE2a173976CA11");

    public static void Validate(string at, ChainOptions chain, OptionFaults faults)
    {
        var seen = new HashSet<Address>();
        var dangerous = Dangerous(chain);
        for (var i = 0; i < chain.Policy.Targets.Count; i++)
        {
            Validate($"{at}:Targets:{i}", chain.Policy.Targets[i], seen, dangerous, faults);
        }
    }

    private static void Validate(string at, TargetOptions target, HashSet<Address> seen, Dictionary<Address, string> dangerous, OptionFaults faults)
    {
        if (faults.RequireAddress(target.Address, $"{at}:Address") is { } address)
        {
            faults.AddIf(!seen.Add(address), $"{at}:Address", "is listed twice; list its functions in one place");
            if (dangerous.TryGetValue(address, out var what))
            {
                faults.AddIf(!target.AllowAnyCall, $"{at}:Address", $"is {what}: users could call anything through it; refused unless {Yes}");
            }
        }

        faults.AddIf(target.Functions.Count == 0, $"{at}:Functions", "names no function; * allows all");
        for (var i = 0; i < target.Functions.Count; i++)
        {
            var isOne = AllowedFunction.TryParse(target.Functions[i], out var function);
            faults.AddIf(
                !isOne, $"{at}:Functions:{i}", "is neither *, a selector (0x and 8 digits) nor a canonical signature such as transfer(address,uint256)");
            faults.AddIf(
                isOne && function.Selector is null && !target.AllowAnyCall, $"{at}:Functions:{i}",
                $"allows every function, those of a later version too: name them; refused unless {Yes}");
        }
    }

    /// <summary>What calls others on behalf of whoever calls it, as far as the settings tell.</summary>
    private static Dictionary<Address, string> Dangerous(ChainOptions chain)
    {
        var known = new Dictionary<Address, string> { [Multicall3] = "Multicall3" };
        Add(chain.Keepers.Settlement.Multicall, "the settlement keeper's multicall");
        Add(chain.Keepers.Liquidation.Multicall, "the liquidation keeper's multicall");
        foreach (var forwarder in chain.Forwarders)
        {
            Add(forwarder.Address, "a forwarder");
        }

        return known;

        void Add(string text, string what)
        {
            if (Address.TryParse(text, out var address))
            {
                known[address] = what;
            }
        }
    }
}
