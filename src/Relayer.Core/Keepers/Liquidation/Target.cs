using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;

namespace Relayer.Core.Keepers.Liquidation;

/// <summary>Why an account is to be liquidated, and so by which function.</summary>
internal enum TargetKind
{
    /// <summary>Its margin does not cover its positions.</summary>
    Position = 0,

    /// <summary>It has debt and no position.</summary>
    Margin = 1,

    /// <summary>It is flagged, and was not liquidated whole.</summary>
    Flagged = 2,
}

/// <summary>What is kept with an account's work.</summary>
/// <param name="Contract">The market's proxy.</param>
/// <param name="Account">The account's id; a text, since it may be beyond 2^53.</param>
/// <param name="Kind">Why.</param>
/// <param name="Block">The head when it was found.</param>
/// <param name="WeiPerUsd">What a dollar was worth, for the reward.</param>
internal sealed record Target(string Contract, string Account, TargetKind Kind, long Block, string WeiPerUsd)
{
    /// <summary>The account's id as a number.</summary>
    [JsonIgnore]
    public BigInteger AccountId => PerpsEvents.Parse(Account);

    /// <summary>For people; an account's liquidations are counted under it.</summary>
    public static string SubjectOf(BigInteger account) => $"account {account}";

    /// <summary>An account's n-th liquidation is the same, whoever counts; the next one begins when it is over.</summary>
    public Hash32 Id(ChainId chainId, long before) => Keccak256.Hash(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"liquidation:{chainId.Value}:{Contract}:{Account}:{before}")));

    /// <summary>The call that liquidates it.</summary>
    public byte[] Call() => Kind switch
    {
        TargetKind.Flagged => Typed.Encode(new LiquidateFlaggedAccountsFunction { AccountIds = [AccountId] }),
        TargetKind.Margin => Typed.Encode(new LiquidateMarginOnlyFunction { AccountId = AccountId }),
        _ => Typed.Encode(new LiquidateFunction { AccountId = AccountId }),
    };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Target Read(KeeperWork work) => JsonSerializer.Deserialize(work.Found.Details, TargetJson.Default.Target)!;

    /// <summary>As it is kept.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TargetJson.Default.Target);
}

/// <summary>How targets are kept.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Target))]
internal sealed partial class TargetJson : JsonSerializerContext;
