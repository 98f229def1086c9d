using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks one chain's options. A check a section; each notes all it finds.</summary>
internal static partial class ChainOptionsValidator
{
    private static readonly TimeSpan LongestRoundTrip = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestBlockTime = TimeSpan.FromHours(1);
    private const int MostRequests = 200;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(365);

    private const long MostDataGas = 100_000_000;

    public static void Validate(string at, ChainOptions chain, bool isDevelopment, OptionFaults faults)
    {
        faults.AddIf(chain.ChainId <= 0, $"{at}:ChainId", "must be the chain's EIP-155 id, above 0");
        faults.RequireAtLeast(0, chain.Confirmations, $"{at}:Confirmations");
        faults.RequireAtLeast(1, chain.MaxInFlightPerSigner, $"{at}:MaxInFlightPerSigner");
        faults.RequireAtLeast(0, chain.MaxHeadLag ?? 0, $"{at}:MaxHeadLag");
        ValidatePace(at, chain, faults);
        faults.RequireAtLeast(0, chain.SignerReserveGas, $"{at}:SignerReserveGas");
        RpcOptionsValidator.Validate($"{at}:Rpc", chain.Rpc, isDevelopment, faults);
        faults.RequireTime(chain.RpcTimeout, LongestRoundTrip, "two minutes", $"{at}:RpcTimeout");
        ValidateForwarders(at, chain, faults);
        ValidateSigners(at, chain, isDevelopment, faults);
        ApprovalOptionsValidator.Validate($"{at}:Policy:Approval", chain.Policy.Approval, isDevelopment, faults);
        if (chain.Council.IsConfigured)
        {
            ValidateSigner($"{at}:Council", chain.Council, isDevelopment, faults);
        }

        TopUpOptionsValidator.Validate(at, chain, faults);
        ValidateFees($"{at}:Fees", chain.Fees, chain.ChainId, faults);
        ValidateBatching($"{at}:Batching", chain.Batching, faults);
        ValidatePolicy($"{at}:Policy", chain, faults);
        BudgetOptionsValidator.Validate(at, chain, faults);
        KeepersOptionsValidator.Validate($"{at}:Keepers", chain.Keepers, faults);
        KeeperCostValidator.Validate(at, chain, faults);
    }

    private static void ValidatePace(string at, ChainOptions chain, OptionFaults faults)
    {
        if (chain.BlockTime is { } block)
        {
            faults.RequireTime(block, LongestBlockTime, "an hour", $"{at}:BlockTime");
        }

        if (chain.StandstillAfter is { } after)
        {
            faults.RequireTime(after, LongestTime, "a year", $"{at}:StandstillAfter");
            faults.AddIf(
                after > TimeSpan.Zero && after < 3 * (chain.BlockTime ?? KnownBlockTimes.Find(chain.ChainId)), $"{at}:StandstillAfter",
                "is less than three blocks' time: a chain would stand still whenever a block is late");
        }
    }

    private static void ValidateForwarders(string at, ChainOptions chain, OptionFaults faults)
    {
        var seen = new HashSet<Address>();
        for (var i = 0; i < chain.Forwarders.Count; i++)
        {
            var (key, forwarder) = ($"{at}:Forwarders:{i}", chain.Forwarders[i]);
            if (faults.RequireAddress(forwarder.Address, $"{key}:Address") is { } address)
            {
                faults.AddIf(!seen.Add(address), $"{key}:Address", "is listed twice");
            }

            faults.AddIf(
                forwarder.Dialect is not ("OpenZeppelin" or "Infinex"), $"{key}:Dialect", "must be OpenZeppelin or Infinex");
            faults.Require(forwarder.Name, $"{key}:Name");
            faults.Require(forwarder.Version, $"{key}:Version");
        }
    }

    private static void ValidateSigners(string at, ChainOptions chain, bool isDevelopment, OptionFaults faults)
    {
        faults.AddIf(chain.Signers.Count == 0, $"{at}:Signers", "at least one signer is needed");
        var sources = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        string[] uses = [.. chain.Signers.Select(signer => signer.Use.ToLowerInvariant())];
        faults.AddIf(
            uses.Length > 0 && chain.Policy.Targets.Count > 0 && uses.All(use => use == "keepers"), $"{at}:Signers", "all are for keepers (Use), and relays are sponsored: nobody could send them");
        for (var i = 0; i < chain.Signers.Count; i++)
        {
            var (key, signer) = ($"{at}:Signers:{i}", chain.Signers[i]);
            ValidateSigner(key, signer, isDevelopment, faults);
            faults.AddIf(uses[i] is not ("relays" or "keepers" or "both"), $"{key}:Use", "must be relays, keepers or both");
            var source = signer.Secret.Length > 0 ? $"secret {signer.Secret}" : $"key {signer.Key}";
            faults.AddIf(signer.Secret.Length + signer.Key.Length > 0 && !sources.Add(source), key, "is the same as one before it");
        }
    }

    private static void ValidateSigner(string key, SignerOptions signer, bool isDevelopment, OptionFaults faults)
    {
        if (signer.Address is not null)
        {
            faults.RequireAddress(signer.Address, $"{key}:Address");
        }

        faults.RequireSecretOrKey(key, signer.Secret, signer.Key, isDevelopment);
        var (hasSecret, hasKey) = (signer.Secret.Length > 0, signer.Key.Length > 0);
        faults.AddIf(!hasSecret && !hasKey, key, "has neither a Secret (a Key Vault secret's name) nor a Key");
        if (!hasSecret && hasKey)
        {
            var account = PrivateKey.IsMatch(signer.Key) ? AccountOf(signer.Key) : null;
            faults.AddIf(account is null, $"{key}:Key", PrivateKey.IsMatch(signer.Key) ? "is 32 bytes that are no private key" : "is not 32 bytes in hexadecimal");
            faults.AddIf(account is not null && signer.Address is { IsZero: false } expected && expected != account, $"{key}:Key", "is the key of another account than Address");
        }
    }

    private static Address? AccountOf(string key)
    {
        var bytes = Convert.FromHexString(key.AsSpan().Trim()[^64..]);
        try
        {
            return Secp256k1.Default.AddressOf(bytes);
        }
        catch (ArgumentException)
        {
            return null; // 0, or the curve's order and above.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static void ValidateFees(string at, FeeOptions fees, long chainId, OptionFaults faults)
    {
        var cap = faults.Sound(fees.MaxFeePerGasWei, $"{at}:MaxFeePerGasWei");
        var most = faults.Sound(fees.MaxPriorityFeePerGasWei, $"{at}:MaxPriorityFeePerGasWei");
        Wei? least = faults.Sound(fees.MinPriorityFeePerGasWei ?? default, $"{at}:MinPriorityFeePerGasWei");
        faults.AddIf(cap is { IsZero: true }, $"{at}:MaxFeePerGasWei", "must be above 0");
        faults.AddIf(most > cap, $"{at}:MaxPriorityFeePerGasWei", "is above MaxFeePerGasWei");
        faults.AddIf(least > most, $"{at}:MinPriorityFeePerGasWei", "is above MaxPriorityFeePerGasWei");
        faults.AddIf(
            fees is { MinPriorityFeePerGasWei: null, Legacy: false } && KnownTips.Find(chainId) > most, $"{at}:MaxPriorityFeePerGasWei",
            $"is below {KnownTips.Find(chainId)} wei, the least tip that this chain's nodes take: raise it, or write out MinPriorityFeePerGasWei");
        faults.RequireAtLeast(100, fees.BaseFeePercent, $"{at}:BaseFeePercent");
        faults.RequireNotNegative(fees.MaxAge, $"{at}:MaxAge");
        faults.AddIf(
            fees.Speed.ToLowerInvariant() is not ("slow" or "standard" or "fast"), $"{at}:Speed", "must be slow, standard or fast");
        faults.RequireLonger(fees.BumpAfter, $"{at}:BumpAfter");
        faults.RequireLonger(fees.BumpEvery, $"{at}:BumpEvery");
        faults.RequireNotNegative(fees.CloseBefore, $"{at}:CloseBefore");
        faults.AddIf(fees.DataFees.ToLowerInvariant() is not ("none" or "op" or "arbitrum"), $"{at}:DataFees", "must be none, op or arbitrum");
        faults.AddIf(fees.DataFeePercent is < 100 or > 1_000, $"{at}:DataFeePercent", "must be from 100 to 1,000");
        faults.AddIf(fees.DataGas is < 0 or > MostDataGas, $"{at}:DataGas", "must be from 0 to 100,000,000 gas");
    }

    private static void ValidateBatching(string at, BatchingOptions batching, OptionFaults faults)
    {
        faults.AddIf(batching.MaxRequests is < 1 or > MostRequests, $"{at}:MaxRequests", $"must be from 1 to {MostRequests}");
        faults.AddIf(batching.MaxGas is < 1 or > TransactionLimits.MaxGas, $"{at}:MaxGas", $"must be from 1 to {TransactionLimits.MaxGas} (EIP-7825)");
    }

    private static void ValidatePolicy(string at, ChainOptions chain, OptionFaults faults)
    {
        var policy = chain.Policy;
        TargetOptionsValidator.Validate(at, chain, faults);

        faults.RequireAtLeast(1, policy.MaxGas, $"{at}:MaxGas");
        RequireDataBytes(policy.MaxDataBytes, $"{at}:MaxDataBytes", faults);
        faults.RequireNotNegative(policy.MinDeadline, $"{at}:MinDeadline");
        faults.AddIf(policy.MaxDeadline <= policy.MinDeadline, $"{at}:MaxDeadline", "must be longer than MinDeadline");
        faults.AddIf(policy.MaxDeadline > LongestTime, $"{at}:MaxDeadline", "must be at most a year");
        faults.RequireLonger(policy.TimeToLive, $"{at}:TimeToLive");
        faults.AddIf(policy.TimeToLive > LongestTime, $"{at}:TimeToLive", "must be at most a year");
        faults.RequireAtLeast(1, policy.RelaysPerMinute, $"{at}:RelaysPerMinute");
        faults.RequireAtLeast(1, policy.MaxUnderWay, $"{at}:MaxUnderWay");
        faults.RequireAtLeast(1, policy.GasPerDay, $"{at}:GasPerDay");
    }

    internal static void RequireDataBytes(int bytes, string key, OptionFaults faults) =>
        faults.AddIf(bytes is < 4 or > TransactionLimits.MaxDataBytes, key, $"must be from 4 to {TransactionLimits.MaxDataBytes} bytes");

    [GeneratedRegex(@"^\s*(0x)?[0-9a-fA-F]{64}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PrivateKey { get; }
}
