using System.Numerics;
using Nethereum.Contracts.Standards.ERC20.ContractDefinition;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Providers;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>Reads accounts from the chain, all of them in a few batches.</summary>
internal static class AccountReader
{
    private const ulong BalanceGas = 200_000;

    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public static async Task<IReadOnlyList<AccountView>> ReadAsync(
        IChainClient chain, AccountTask task, IReadOnlyList<Address> accounts, CancellationToken cancellation)
    {
        if (accounts.Count == 0)
        {
            return [];
        }

        var codes = await chain.ReadCodeAsync(accounts, BlockRef.Latest, cancellation);
        var balances = await chain.CallAsync(
            [.. accounts.Select(account => new EthCall(null, task.Usdc, Typed.Encode(new BalanceOfFunction { Owner = account.ToString() }), BalanceGas))], cancellation);
        var native = task.NeedsNative ? await chain.ReadBalancesAsync(accounts, cancellation) : [];
        return [.. accounts.Select((_, i) => new AccountView(
            codes[i].Length > 0, Number(balances[i]), task.NeedsNative ? native[i] : Wei.Zero))];
    }

    private static BigInteger? Number(CallOutcome outcome) => outcome is CallOutcome.Returned { Data.Length: AbiWriter.Word } returned
        ? new BigInteger(returned.Data.Span, isUnsigned: true, isBigEndian: true)
        : null;
}
