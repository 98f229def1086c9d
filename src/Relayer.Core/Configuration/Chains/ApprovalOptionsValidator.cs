namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks who approves requests.</summary>
internal static class ApprovalOptionsValidator
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(5);

    public static void Validate(string at, ApprovalOptions approval, bool isDevelopment, OptionFaults faults)
    {
        if (approval.Url.Length == 0)
        {
            return;
        }

        faults.RequireHttpsUrl(approval.Url, $"{at}:Url", isDevelopment);
        faults.RequireSecretOrKey(at, approval.Secret, approval.Key, isDevelopment);
        faults.AddIf(approval.Secret.Length + approval.Key.Length == 0, $"{at}:Secret", "is missing: requests for approval are signed");
        faults.AddIf(
            approval.Key.Length is > 0 and < AlertOptionsValidator.LeastKeyLength, $"{at}:Key",
            $"must have at least {AlertOptionsValidator.LeastKeyLength} characters");
        faults.RequireTime(approval.Timeout, LongestTimeout, "5 seconds", $"{at}:Timeout");
        faults.AddIf(approval.OnFailure.ToLowerInvariant() is not ("deny" or "allow"), $"{at}:OnFailure", "must be deny or allow");
    }
}
