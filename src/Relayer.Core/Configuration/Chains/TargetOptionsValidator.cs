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
        var seen = new HashSet<(Address Target, uint? Selector)>();
        var dangerous = Dangerous(chain);
        AdmissionCallValidator.Validate($"{at}:Admission", chain.Policy.Admission, faults);
        for (var i = 0; i < chain.Policy.Targets.Count; i++)
        {
            Validate($"{at}:Targets:{i}", chain.Policy.Targets[i], seen, dangerous, faults);
        }
    }

    private static void Validate(string at, TargetOptions target, HashSet<(Address Target, uint? Selector)> seen, Dictionary<Address, string> dangerous, OptionFaults faults)
    {
        var address = faults.RequireAddress(target.Address, $"{at}:Address");
        if (address is { } listed && dangerous.TryGetValue(listed, out var what))
        {
            faults.AddIf(!target.AllowAnyCall, $"{at}:Address", $"is {what}: users could call anything through it; refused unless {Yes}");
        }

        faults.AddIf(target.Functions.Count == 0, $"{at}:Functions", "names no function; * allows all");
        for (var i = 0; i < target.Functions.Count; i++)
        {
            ValidateFunction($"{at}:Functions:{i}", target.Functions[i], target, address, seen, faults);
        }

        if (target.MaxDataBytes is { } bytes)
        {
            ChainOptionsValidator.RequireDataBytes(bytes, $"{at}:MaxDataBytes", faults);
        }

        faults.AddIf(target.Callers.ToLowerInvariant() is not ("any" or "known" or "clients"), $"{at}:Callers", "must be any, known or clients");
        faults.AddIf(target.Encoding.ToLowerInvariant() is not ("canonical" or "any"), $"{at}:Encoding", "must be canonical or any");
    }

    private static void ValidateFunction(
        string key, string text, TargetOptions target, Address? address, HashSet<(Address Target, uint? Selector)> seen, OptionFaults faults)
    {
        if (!AllowedFunction.TryParse(text, out var function))
        {
            faults.Add(key, "is neither *, a selector (0x and 8 digits) nor a canonical signature such as transfer(address,uint256)");
            return;
        }

        faults.AddIf(address is { } contract && !seen.Add((contract, function.Selector)), key, "is named twice for this address");
        faults.AddIf(
            function.Selector is null && !target.AllowAnyCall, key,
            $"allows every function, those of a later version too: name them; refused unless {Yes}");
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

        void Add(Address? address, string what)
        {
            if (address is { } contract)
            {
                known[contract] = what;
            }
        }
    }
}
