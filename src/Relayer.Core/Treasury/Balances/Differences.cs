using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Treasury.Balances;

/// <summary>Finds the blocks in which an account's balance and the ledger part.</summary>
/// <param name="chain">The chain.</param>
/// <param name="connection">The records.</param>
/// <param name="account">The account.</param>
/// <param name="council">The council's wallet, with a nonce beyond all that counts here.</param>
internal sealed class Differences(IChainClient chain, NpgsqlConnection connection, Address account, Address council)
{
    /// <summary>So many looks at the chain narrow it down; what is left is told as a stretch of blocks.</summary>
    private const int MostLooks = 60;

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
