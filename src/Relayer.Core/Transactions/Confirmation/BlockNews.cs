using Relayer.Core.Providers;

namespace Relayer.Core.Transactions.Confirmation;

/// <summary>Leaves out the passes that could find nothing: receipts come with blocks.</summary>
/// <remarks>For one caller at a time, as <see cref="ConfirmationLoop"/> is.</remarks>
/// <param name="chain">The chain.</param>
/// <param name="pass">One pass; gives how many transactions it looked at.</param>
/// <param name="pageSize">So many are looked at in one pass at most; then the next pass takes the next ones, block or no block.</param>
/// <param name="time">The clock.</param>
internal sealed class BlockNews(IChainClient chain, Func<Task<int>> pass, int pageSize, TimeProvider time)
{
    /// <summary>What was left behind unsigned or unsent is looked for this often, even while no block comes.</summary>
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(1);

    private const long None = -1;

    private long _head = None;
    private long _passedAt;

    /// <summary>One pass, if there can be something new.</summary>
    /// <returns>How many transactions it looked at; 1, that is some, where it was left out.</returns>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task<int> RunAsync()
    {
        // The height first: what comes after it is news the next time.
        var head = (await chain.ReadReceiptsAsync([], CancellationToken.None)).Head;
        if (head == _head && time.GetElapsedTime(_passedAt) < AtLeastEvery)
        {
            return 1;
        }

        var count = await pass();
        (_head, _passedAt) = (count < pageSize ? head : None, time.GetTimestamp());
        return count;
    }
}
