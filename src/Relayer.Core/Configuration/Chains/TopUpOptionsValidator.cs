namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks the rules of the top-ups, and that the council's wallet is no signer.</summary>
internal static class TopUpOptionsValidator
{
    public static void Validate(string at, ChainOptions chain, OptionFaults faults)
    {
        var topUps = chain.TopUps;
        var low = faults.Sound(topUps.LowMarkWei, $"{at}:TopUps:LowMarkWei");
        var target = faults.Sound(topUps.TargetWei, $"{at}:TopUps:TargetWei");
        faults.AddIf(target <= low, $"{at}:TopUps:TargetWei", "must be above LowMarkWei");
        var transfer = faults.Sound(topUps.MaxPerTransferWei, $"{at}:TopUps:MaxPerTransferWei");
        faults.AddIf(transfer is { IsZero: true }, $"{at}:TopUps:MaxPerTransferWei", "must be above 0");
        var signer = faults.Sound(topUps.MaxPerSignerPerDayWei, $"{at}:TopUps:MaxPerSignerPerDayWei");
        faults.AddIf(signer < transfer, $"{at}:TopUps:MaxPerSignerPerDayWei", "is below MaxPerTransferWei");
        var day = faults.Sound(topUps.MaxPerDayWei, $"{at}:TopUps:MaxPerDayWei");
        faults.AddIf(day < signer, $"{at}:TopUps:MaxPerDayWei", "is below MaxPerSignerPerDayWei");
        faults.RequireAtLeast(0, topUps.LowDays, $"{at}:TopUps:LowDays");
        faults.AddIf(topUps.TargetDays < topUps.LowDays, $"{at}:TopUps:TargetDays", "is below LowDays");
        faults.RequireNotNegative(topUps.CoolDown, $"{at}:TopUps:CoolDown");
        faults.RequireAtLeast(21_000, topUps.TransferGas, $"{at}:TopUps:TransferGas");
        faults.RequireAtLeast(2, topUps.AnomalyFactor, $"{at}:TopUps:AnomalyFactor");
        faults.RequireAtLeast(100, topUps.StressPercent, $"{at}:TopUps:StressPercent");
        faults.RequireLonger(topUps.MaxClockDifference, $"{at}:TopUps:MaxClockDifference");
        for (var i = 0; i < topUps.Payers.Count; i++)
        {
            faults.RequireAddress(topUps.Payers[i], $"{at}:TopUps:Payers:{i}");
        }

        ValidateCouncil(at, chain, faults);
    }

    // What the settings show; two secrets may still hold one key, which is found when they are loaded.
    private static void ValidateCouncil(string at, ChainOptions chain, OptionFaults faults)
    {
        var council = chain.Council;
        faults.AddIf(
            !council.IsConfigured && council.Address is not null, $"{at}:Council", "has an Address but neither a Secret nor a Key");
        faults.AddIf(
            chain.Signers.Any(signer => IsSame(signer.Secret, council.Secret) || IsSame(signer.Key, council.Key)
                || (signer.Address is { IsZero: false } account && account == council.Address)),
            $"{at}:Council",
            "is one of the signers; the council's wallet needs a key of its own");
    }

    private static bool IsSame(string one, string other) => one.Length > 0 && one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
