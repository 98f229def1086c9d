using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Treasury.Balances;

/// <summary>Finds the blocks in which an account's balance and the ledger part, and the deposits that explain it.</summary>
/// <param name="chain">The chain.</param>
/// <param name="connection">The records.</param>
/// <param name="account">The account.</param>
/// <param name="council">The council's wallet, with a nonce beyond all that counts here.</param>
internal sealed class Differences(IChainClient chain, NpgsqlConnection connection, Address account, Address council)
{
    /// <summary>So many looks at the chain narrow it down; what is left is told as a stretch of blocks.</summary>
    private const int MostLooks = 60;

    /// <summary>So many blocks are searched for a transfer.</summary>
    private const int MostBlocks = 64;

    private int _looks;

    /// <summary>Halves a stretch until each difference stands in a block of its own, as far as nodes keep old states.</summary>
    public async Task<List<Difference>> FindAsync(ReconciliationCheckpoint from, ReconciliationCheckpoint to, CancellationToken cancellation)
    {
        var ledger = await ReconciliationStore.ReadLedgerAsync(connection, chain.ChainId, account, from, to, (council, 0), default, cancellation);
        var (amount, foreign) = (ledger.Unexplained(from, to), ledger.Foreign(from, to));
        if (amount.IsZero && foreign == 0)
        {
            return [];
        }

        return to.Block - from.Block > 1 && await LookAsync((from.Block + to.Block) / 2, cancellation) is { } middle
            ? [.. await FindAsync(from, middle, cancellation), .. await FindAsync(middle, to, cancellation)]
            : [new Difference(from.Block + 1, to.Block, amount, foreign)];
    }

    /// <summary>The transfers that explain money that came; what they leave came from a contract, or is not explained.</summary>
    public async Task<List<FoundDeposit>> ExplainAsync(Difference difference, CancellationToken cancellation)
    {
        if (difference.Amount.Sign <= 0 || difference.LastBlock - difference.FirstBlock >= MostBlocks)
        {
            return [];
        }

        long[] blocks = [.. Enumerable.Range(0, (int)(difference.LastBlock - difference.FirstBlock) + 1).Select(i => difference.FirstBlock + i)];
        try
        {
            var transfers = await chain.ReadTransfersAsync(blocks, account, cancellation);
            var own = await ReconciliationStore.FindOwnAsync(connection, transfers.Select(transfer => transfer.Hash), cancellation);
            FoundDeposit[] foreign = [.. transfers.Where(transfer => !own.Contains(transfer.Hash)).Select(transfer => new FoundDeposit(
                transfer.Value.ToBigInteger(), transfer.BlockNumber, transfer.BlockNumber, transfer.Hash, transfer.From))];

            // More than came: some of them reverted, or something else left. Then they explain nothing.
            return foreign.Aggregate(System.Numerics.BigInteger.Zero, (sum, deposit) => sum + deposit.Amount) <= difference.Amount ? [.. foreign] : [];
        }
        catch (ChainUnavailableException)
        {
            return []; // Then it is told as not explained.
        }
    }

    private async Task<ReconciliationCheckpoint?> LookAsync(long block, CancellationToken cancellation)
    {
        if (_looks++ >= MostLooks)
        {
            return null;
        }

        try
        {
            var view = await chain.ReadAccountsAsync(block, [account], cancellation);
            return new ReconciliationCheckpoint(block, view.Block.Hash, view.Accounts[0].Balance, view.Accounts[0].Nonce);
        }
        catch (ChainUnavailableException)
        {
            return null; // Nodes keep the states of some hundred blocks only.
        }
    }
}
