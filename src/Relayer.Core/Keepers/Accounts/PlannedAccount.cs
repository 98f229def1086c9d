using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>An account that the factory can deploy, with what <c>createAccount(bytes32,uint256,address,address,address)</c> takes.</summary>
/// <param name="Account">The predicted address.</param>
/// <param name="Salt">The salt.</param>
/// <param name="Number">The number.</param>
/// <param name="First">The first address.</param>
/// <param name="Second">The second address.</param>
/// <param name="Third">The third address.</param>
public sealed record PlannedAccount(Address Account, Hash32 Salt, UInt256 Number, Address First, Address Second, Address Third)
{
    /// <summary>The calldata that deploys it.</summary>
    internal byte[] CreateData() => Typed.Encode(new CreateAccountFunction
    {
        Salt = Salt.ToArray(),
        Number = Number.ToBigInteger(),
        First = First.ToString(),
        Second = Second.ToString(),
        Third = Third.ToString(),
    });
}

/// <summary>What is kept with an account's work.</summary>
/// <param name="Account">The account.</param>
/// <param name="Usdc">The token.</param>
/// <param name="Contract">Whom the transaction goes to.</param>
/// <param name="Data">Its calldata.</param>
internal sealed record AccountWork(string Account, string Usdc, string Contract, string Data)
{
    [JsonIgnore]
    public Address Address => Address.Parse(Account);

    public static AccountWork Read(KeeperWork work) => JsonSerializer.Deserialize(work.Found.Details, AccountJson.Default.AccountWork)!;

    public string ToJson() => JsonSerializer.Serialize(this, AccountJson.Default.AccountWork);
}

/// <summary>What the chain says of an account right now.</summary>
/// <param name="HasCode">It is deployed.</param>
/// <param name="Usdc">What it holds, in 10^-6; <see langword="null"/> when the token did not say.</param>
/// <param name="Native">What it holds, in wei.</param>
internal readonly record struct AccountView(bool HasCode, BigInteger? Usdc, Wei Native);

/// <summary>How accounts are kept.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AccountWork))]
internal sealed partial class AccountJson : JsonSerializerContext;
