using System.Text.Json;
using System.Text.Json.Serialization;
using Functions.Http;
using Functions.Relay;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Accounts;
using Relayer.Core.Operations;

namespace Functions.Admin;

/// <summary>Accounts that the factory can deploy.</summary>
/// <param name="Reason">Why, on one line, for those who read the audit later: 1 to 500 characters.</param>
/// <param name="Accounts">1 to 500 accounts, each once.</param>
public sealed record AccountsBody(string Reason, IReadOnlyList<AccountEntry> Accounts);

/// <summary>An account with what <c>createAccount(bytes32,uint256,address,address,address)</c> takes.</summary>
/// <param name="Account">The predicted address.</param>
/// <param name="Salt">The salt: 32 bytes in hexadecimal.</param>
/// <param name="Number">The number, decimal or hexadecimal with 0x.</param>
/// <param name="Addresses">The three addresses, in the function's order; the zero address is one too.</param>
public sealed record AccountEntry(string Account, string Salt, string Number, IReadOnlyList<string> Addresses)
{
    /// <summary>Shows an account.</summary>
    public static AccountEntry Of(PlannedAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return new AccountEntry(
            account.Account.ToString(), account.Salt.ToString(), account.Number.ToString(),
            [account.First.ToString(), account.Second.ToString(), account.Third.ToString()]);
    }

    /// <summary>Reads an account; <see langword="null"/> with what is wrong.</summary>
    internal PlannedAccount? Read(out string fault)
    {
        fault = "";
        if (!Address.TryParse(Account, out var account) || account.IsZero)
        {
            fault = "account must be an address, not the zero address; mixed case must be the right checksum";
        }
        else if (!Hash32.TryParse(Salt, out var salt))
        {
            fault = "salt must be 32 bytes in hexadecimal with 0x";
        }
        else if (!UInt256.TryParse(Number, out var number))
        {
            fault = "number must be an integer from 0 to 2^256 - 1";
        }
        else if (Addresses.Count != 3 || !Address.TryParse(Addresses[0], out var first) || !Address.TryParse(Addresses[1], out var second)
            || !Address.TryParse(Addresses[2], out var third))
        {
            fault = "addresses must be three addresses; mixed case must be the right checksum";
        }
        else
        {
            return new PlannedAccount(account, salt, number, first, second, third);
        }

        return null;
    }
}

/// <summary>What became of accounts that were handed in.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Added">How many were new; the others were known just so.</param>
/// <param name="Known">How many were known.</param>
public sealed record AccountsAnswer(long ChainId, int Added, int Known);

/// <summary>A page of accounts, by address.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Accounts">The accounts.</param>
/// <param name="NextCursor">The <c>cursor</c> of the next page; null on the last.</param>
public sealed record AccountsPage(long ChainId, IReadOnlyList<AccountEntry> Accounts, string? NextCursor)
{
    /// <summary>Shows accounts that were read with one more than <paramref name="limit"/>.</summary>
    public static AccountsPage Of(ChainId chainId, IReadOnlyList<PlannedAccount> accounts, int limit) => new(
        chainId.Value, [.. accounts.Take(limit).Select(AccountEntry.Of)], accounts.Count > limit ? accounts[limit - 1].Account.ToString() : null);
}

/// <summary>How accounts are read: nothing unknown, missing or twice.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 6)]
[JsonSerializable(typeof(AccountsBody))]
internal sealed partial class AccountsBodyJson : JsonSerializerContext;

/// <summary>How answers about accounts are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AccountsAnswer))]
[JsonSerializable(typeof(AccountsPage))]
internal sealed partial class AccountsJson : JsonSerializerContext;

/// <summary>Reads accounts that an operator hands in.</summary>
internal static class AccountsReader
{
    /// <summary>What was handed in, by whom and why; or the refusal.</summary>
    public static async Task<(Instruction? Instruction, IReadOnlyList<PlannedAccount> Accounts, ProblemResult? Refusal)> ReadAsync(
        HttpRequest request, CancellationToken cancellation)
    {
        using var json = await JsonBody.ReadAsync(request, cancellation);
        try
        {
            var body = JsonSerializer.Deserialize(json.Span, AccountsBodyJson.Default.AccountsBody);
            var (instruction, refusal) = InstructionReader.Of(request, body?.Reason);
            if (refusal is not null)
            {
                return (null, [], refusal);
            }

            var (accounts, fault) = Read(body!.Accounts);
            return fault is null ? (instruction, accounts, null) : (null, [], AdminProblems.Malformed(fault));
        }
        catch (JsonException fault)
        {
            return (null, [], AdminProblems.Malformed(JsonFault.Describe(fault)));
        }
    }

    private static (IReadOnlyList<PlannedAccount> Accounts, string? Fault) Read(IReadOnlyList<AccountEntry> entries)
    {
        if (entries.Count is 0 or > AccountBook.MaxAtOnce)
        {
            return ([], $"accounts must have 1 to {AccountBook.MaxAtOnce} entries.");
        }

        var accounts = new Dictionary<Address, PlannedAccount>();
        for (var i = 0; i < entries.Count; i++)
        {
            var fault = "an account is missing";
            if (entries[i]?.Read(out fault) is not { } account)
            {
                return ([], $"accounts[{i}]: {fault}.");
            }

            if (!accounts.TryAdd(account.Account, account) && accounts[account.Account] != account)
            {
                return ([], $"accounts[{i}]: the account is there twice, with different arguments.");
            }
        }

        return ([.. accounts.Values], null);
    }
}
