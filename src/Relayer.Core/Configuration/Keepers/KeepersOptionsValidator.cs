using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Keepers;

/// <summary>Checks one chain's keepers.</summary>
internal static class KeepersOptionsValidator
{
    // A check may answer with as much as its gas pays for in memory: at this limit some six megabytes in hexadecimal,
    // which a node's answer may have.
    private const long MostCheckGas = 10_000_000;

    private const int LongestName = 40;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    public static void Validate(string at, KeepersOptions keepers, OptionFaults faults)
    {
        ValidateSettlement($"{at}:Settlement", keepers.Settlement, faults);
        AccountKeepersValidator.Validate(at, keepers, faults);
        ValidateLiquidation($"{at}:Liquidation", keepers.Liquidation, faults);
        foreach (var (name, upkeep) in keepers.Upkeeps)
        {
            ValidateUpkeep($"{at}:Upkeeps:{name}", name, upkeep, faults);
        }

        foreach (var (name, own) in keepers.ListOwn())
        {
            ValidateOwn($"{at}:{name}", own, faults);
        }
    }

    /// <summary>True when the keepers of a chain need prices.</summary>
    public static bool NeedPrices(KeepersOptions keepers) => keepers.Settlement.IsConfigured || keepers.Liquidation.IsConfigured;

    private static void ValidateSettlement(string at, SettlementOptions settlement, OptionFaults faults)
    {
        if (!settlement.IsConfigured)
        {
            return;
        }

        ValidatePerps(at, settlement, faults);
        faults.RequireAtLeast(1, settlement.MaxOrders, $"{at}:MaxOrders");
        ValidateGas(at, settlement.GasLimit, faults);
    }

    private static void ValidateLiquidation(string at, LiquidationOptions liquidation, OptionFaults faults)
    {
        if (!liquidation.IsConfigured)
        {
            return;
        }

        ValidatePerps(at, liquidation, faults);
        ValidateGas(at, liquidation.GasLimit, faults);
        faults.RequireAtLeast(1, liquidation.AccountsPerRun, $"{at}:AccountsPerRun");
        faults.RequireAtLeast(1, liquidation.AccountsPerCall, $"{at}:AccountsPerCall");
    }

    private static void ValidatePerps(string at, PerpsOptions perps, OptionFaults faults)
    {
        ValidateLimits(at, perps, faults);
        faults.RequireAddress(perps.Market, $"{at}:Market");
        faults.RequireAddress(perps.Multicall, $"{at}:Multicall");
        ValidateScan($"{at}:Scan", perps.Scan, faults);
    }

    internal static void ValidateScan(string at, ScanOptions scan, OptionFaults faults)
    {
        faults.RequireAtLeast(0, scan.ReorgBlocks, $"{at}:ReorgBlocks");
        faults.RequireAtLeast(1, scan.MaxRange, $"{at}:MaxRange");
        faults.RequireAtLeast(1, scan.RangesPerRun, $"{at}:RangesPerRun");
        faults.RequireAtLeast(1, scan.RecoverBlocks, $"{at}:RecoverBlocks");
    }

    internal static void ValidateLimits(string at, KeeperLimitOptions limits, OptionFaults faults)
    {
        faults.AddIf(limits.Mode is not ("Backstop" or "Profit"), $"{at}:Mode", "must be Backstop or Profit");
        RequirePause(limits.Grace, $"{at}:Grace", faults);
        RequirePause(limits.BreakerPause, $"{at}:BreakerPause", faults);
        faults.RequireAtLeast(1, limits.MaxAttempts, $"{at}:MaxAttempts");
        faults.RequireAtLeast(1, limits.BreakerFailures, $"{at}:BreakerFailures");
        for (var i = 0; i < limits.Signers.Count; i++)
        {
            faults.RequireAddress(limits.Signers[i], $"{at}:Signers:{i}");
        }
    }

    private static void ValidateUpkeep(string at, string name, UpkeepOptions upkeep, OptionFaults faults)
    {
        ValidateLimits(at, upkeep, faults);
        faults.AddIf(name.Length > LongestName, at, $"has a name above {LongestName} characters");
        faults.RequireAddress(upkeep.Address, $"{at}:Address");
        faults.AddIf(!Hex.TryDecode(upkeep.CheckData, out _), $"{at}:CheckData", "is not hexadecimal with 0x");
        faults.RequireAtLeast(21_000, upkeep.GasLimit, $"{at}:GasLimit");
        faults.RequireAtLeast(21_000, upkeep.CheckGasLimit, $"{at}:CheckGasLimit");
        faults.AddIf(upkeep.CheckGasLimit > MostCheckGas, $"{at}:CheckGasLimit", $"must be at most {MostCheckGas}");
        faults.AddIf(upkeep.GasLimit > MostCheckGas, $"{at}:GasLimit", $"must be at most {MostCheckGas}");
        faults.RequireTime(upkeep.Every, LongestTime, "a day", $"{at}:Every");
        faults.RequireTime(upkeep.TimeToLive, LongestTime, "a day", $"{at}:TimeToLive");
    }

    private static void ValidateOwn(string at, ViewKeeperOptions own, OptionFaults faults)
    {
        ValidateLimits(at, own, faults);
        ValidateGas(at, own.GasLimit, faults);
        faults.RequireTime(own.Every, LongestTime, "a day", $"{at}:Every");
        faults.RequireTime(own.TimeToLive, LongestTime, "a day", $"{at}:TimeToLive");
        own.Validate(at, faults);
    }

    private static void ValidateGas(string at, long limit, OptionFaults faults)
    {
        faults.RequireAtLeast(21_000, limit, $"{at}:GasLimit");
        faults.AddIf(limit > TransactionLimits.MaxGas, $"{at}:GasLimit", $"must be at most {TransactionLimits.MaxGas} (EIP-7825)");
    }

    private static void RequirePause(TimeSpan time, string key, OptionFaults faults) =>
        faults.AddIf(time < TimeSpan.Zero || time > LongestTime, key, "must not be negative, and at most a day");
}
