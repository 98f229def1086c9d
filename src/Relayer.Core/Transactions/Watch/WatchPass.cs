using System.Runtime.ExceptionServices;

namespace Relayer.Core.Transactions.Watch;

/// <summary>One pass: its stages run one after the other, each though another failed; what failed is told at the end.</summary>
/// <remarks>For one caller. That the work is cancelled ends the pass at once.</remarks>
/// <param name="health">Learns how each stage went.</param>
internal sealed class WatchPass(StageHealth health)
{
    private Exception? _first;

    /// <summary>Runs a stage; its failure is kept for <see cref="End"/>.</summary>
    /// <returns>Whether it went through.</returns>
    public async Task<bool> RunAsync(WatchStage stage, Func<Task> work)
    {
        var failure = await TryAsync(work);
        if (failure is null)
        {
            health.Succeeded(stage);
        }
        else
        {
            health.Failed(stage, failure);
        }

        return failure is null;
    }

    /// <summary>Runs a whole pass, whose stages are counted already.</summary>
    public Task RunAsync(Func<Task> pass) => TryAsync(pass);

    /// <summary>Throws what failed first, if anything did: whoever loops pauses then.</summary>
    public void End()
    {
        if (_first is not null)
        {
            ExceptionDispatchInfo.Throw(_first);
        }
    }

    private async Task<Exception?> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The boundary of one stage: whatever it met is its own matter until the pass is over.
            _first ??= failure;
            return failure;
        }
    }
}
