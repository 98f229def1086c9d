namespace Relayer.Core.Configuration.Keepers;

/// <summary>Checks the keepers of accounts, on one chain and between chains.</summary>
internal static class AccountKeepersValidator
{
    private const long MostGas = 10_000_000;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromDays(60);

    public static void Validate(string at, KeepersOptions keepers, OptionFaults faults)
    {
        if (keepers.Deployment is { IsConfigured: true } deployment)
        {
            var key = $"{at}:Deployment";
            ValidateCommon(key, deployment, deployment.GasLimit, deployment.TimeToLive, faults);
            faults.RequireAddress(deployment.Factory, $"{key}:Factory");
            faults.RequireAddress(deployment.Usdc, $"{key}:Usdc");
            faults.RequireAtLeast(1, deployment.AccountsPerRun, $"{key}:AccountsPerRun");
            var (usdc, wei) = (faults.Sound(deployment.MinUsdc, $"{key}:MinUsdc"), faults.Sound(deployment.MinWei, $"{key}:MinWei"));
            faults.AddIf(usdc is { IsZero: true } && wei is { IsZero: true }, $"{key}:MinUsdc", "is zero, and so is MinWei: nothing would count");
        }

        if (keepers.Bridging is { IsConfigured: true } bridging)
        {
            var key = $"{at}:Bridging";
            ValidateCommon(key, bridging, bridging.GasLimit, bridging.TimeToLive, faults);
            faults.RequireAddress(bridging.Usdc, $"{key}:Usdc");
            faults.RequireAtLeast(1, bridging.AccountsPerRun, $"{key}:AccountsPerRun");
            faults.AddIf(faults.Sound(bridging.MinUsdc, $"{key}:MinUsdc") is { IsZero: true }, $"{key}:MinUsdc", "must be above 0");
        }
    }

    /// <summary>What concerns several chains, and the service that all of them ask.</summary>
    public static void Validate(RelayerOptions options, OptionFaults faults)
    {
        var isNeeded = false;
        foreach (var (name, chain) in options.Chains)
        {
            if (chain.Keepers.Redemption is { IsConfigured: true } redemption)
            {
                isNeeded = true;
                ValidateRedemption($"Chains:{name}:Keepers:Redemption", redemption, options, faults);
            }
        }

        if (options.Circle.Url.Length == 0)
        {
            faults.AddIf(isNeeded, "Circle:Url", "is missing, though burns are to be redeemed");
        }
        else
        {
            faults.RequireUrl(options.Circle.Url, "Circle:Url");
        }

        faults.RequireTime(options.Circle.Timeout, LongestWait, "30 seconds", "Circle:Timeout");
    }

    private static void ValidateRedemption(string at, RedemptionOptions redemption, RelayerOptions options, OptionFaults faults)
    {
        ValidateCommon(at, redemption, redemption.GasLimit, redemption.TimeToLive, faults);
        ValidateDomain(redemption.Domain, $"{at}:Domain", faults);
        faults.RequireTime(redemption.GiveUpAfter, LongestPatience, "60 days", $"{at}:GiveUpAfter");
        foreach (var (name, source) in redemption.Sources)
        {
            var key = $"{at}:Sources:{name}";
            faults.AddIf(
                options.Chains.Values.All(chain => chain.ChainId != source.ChainId), $"{key}:ChainId", "is not that of a configured chain");
            ValidateDomain(source.Domain, $"{key}:Domain", faults);
            faults.AddIf(source.Domain == redemption.Domain, $"{key}:Domain", "is that of the chain itself");
            faults.RequireAddress(source.Transmitter, $"{key}:Transmitter");
            faults.RequireAddress(source.Messenger, $"{key}:Messenger");
            faults.RequireAddress(source.Receiver, $"{key}:Receiver");
            KeepersOptionsValidator.ValidateScan($"{key}:Scan", source.Scan, faults);
        }
    }

    private static void ValidateCommon(string at, KeeperLimitOptions limits, long gas, TimeSpan timeToLive, OptionFaults faults)
    {
        KeepersOptionsValidator.ValidateLimits(at, limits, faults);
        faults.AddIf(limits.Mode == "Profit", $"{at}:Mode", "must be Backstop: it brings nothing in");
        faults.RequireAtLeast(21_000, gas, $"{at}:GasLimit");
        faults.AddIf(gas > MostGas, $"{at}:GasLimit", $"must be at most {MostGas}");
        faults.RequireTime(timeToLive, LongestTime, "a day", $"{at}:TimeToLive");
    }

    private static void ValidateDomain(long domain, string key, OptionFaults faults) =>
        faults.AddIf(domain is < 0 or > uint.MaxValue, key, "must be Circle's number of the chain, 0 or above");
}
