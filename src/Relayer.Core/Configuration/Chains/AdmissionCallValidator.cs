namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks which contract admits users.</summary>
internal static class AdmissionCallValidator
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(5);

    public static void Validate(string at, AdmissionCallOptions admission, OptionFaults faults)
    {
        if (admission.Contract is null)
        {
            return;
        }

        faults.RequireAddress(admission.Contract, $"{at}:Contract");
        faults.AddIf(
            !AllowedFunction.TryParse(admission.Function, out var function) || function.Selector is null || !admission.Function.EndsWith("(address)", StringComparison.Ordinal),
            $"{at}:Function", "is not a canonical signature of one address, such as isAccount(address)");
        faults.RequireTime(admission.CacheFor, LongestTime, "a day", $"{at}:CacheFor");
        faults.RequireTime(admission.CacheNoFor, LongestTime, "a day", $"{at}:CacheNoFor");
        faults.RequireTime(admission.Timeout, LongestTimeout, "5 seconds", $"{at}:Timeout");
    }
}
