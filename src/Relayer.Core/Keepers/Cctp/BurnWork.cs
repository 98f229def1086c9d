using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>What is kept with a burn's work.</summary>
/// <param name="SourceChain">The chain that it was burnt on.</param>
/// <param name="Transaction">The transaction there.</param>
/// <param name="Message">As the event told it.</param>
/// <param name="Receiver">Who takes it here.</param>
internal sealed record BurnWork(long SourceChain, string Transaction, string Message, string Receiver)
{
    [JsonIgnore]
    public Hash32 TransactionHash => Hash32.Parse(Transaction);

    public static BurnWork Read(KeeperWork work) => JsonSerializer.Deserialize(work.Found.Details, BurnJson.Default.BurnWork)!;

    public string ToJson() => JsonSerializer.Serialize(this, BurnJson.Default.BurnWork);

    /// <summary>The same for the same burn, whoever finds it, and in whichever block it is in the end.</summary>
    /// <param name="source">The chain that it was burnt on.</param>
    /// <param name="transaction">The transaction there.</param>
    /// <param name="message">As the event told it.</param>
    /// <param name="occurrence">Which one, of messages in that transaction that are the same to the byte.</param>
    public static Hash32 Id(ChainId source, Hash32 transaction, BurnMessage message, int occurrence) =>
        Keccak256.Hash(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"burn:{source.Value}:{transaction}:{Keccak256.Hash(message.Bytes)}:{occurrence}")));
}

/// <summary>How burns are kept.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BurnWork))]
internal sealed partial class BurnJson : JsonSerializerContext;
