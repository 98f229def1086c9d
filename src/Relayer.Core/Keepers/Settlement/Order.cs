using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Perps;

namespace Relayer.Core.Keepers.Settlement;

/// <summary>What is kept with an order's work. Numbers beyond 2^53 are texts.</summary>
/// <param name="Contract">The market's proxy.</param>
/// <param name="Market">The market's id.</param>
/// <param name="Account">The account's id.</param>
/// <param name="CommittedAt">Unix seconds.</param>
/// <param name="OpensAt">The first second in which it can be settled.</param>
/// <param name="ClosesAt">The last second.</param>
/// <param name="Block">Where it was committed.</param>
/// <param name="WeiPerUsd">What a dollar was worth, for the reward.</param>
internal sealed record Order(
    string Contract, string Market, string Account, long CommittedAt, long OpensAt, long ClosesAt, long Block, string WeiPerUsd)
{
    /// <summary>The account's id as a number.</summary>
    [JsonIgnore]
    public System.Numerics.BigInteger AccountId => PerpsEvents.Parse(Account);

    /// <summary>The same for the same order, whoever finds it: an account may have another one later, at another time.</summary>
    public Hash32 Id(ChainId chainId) => Keccak256.Hash(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"order:{chainId.Value}:{Contract}:{Market}:{Account}:{CommittedAt}")));

    /// <summary>For people.</summary>
    public string Subject() => string.Create(CultureInfo.InvariantCulture, $"market {Market} account {Account} at {CommittedAt}");

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Order Read(KeeperWork work) => JsonSerializer.Deserialize(work.Found.Details, OrderJson.Default.Order)!;

    /// <summary>As it is kept.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OrderJson.Default.Order);
}

/// <summary>How orders are kept.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
