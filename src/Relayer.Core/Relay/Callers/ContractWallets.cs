using Relayer.Core.Concurrency;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;

namespace Relayer.Core.Relay.Callers;

/// <summary>Finds out whether an account that did not sign could not have: a contract, whose signatures forwarders do not check.</summary>
/// <remarks>
/// Asked only after a signature was refused, so that no good request pays for it. Anybody may post what is not signed: what was seen is remembered for a
/// while, and in a second only <see cref="MostLooks"/> accounts are looked at; beyond, and while a chain is silent, the refusal stays as it was. Safe for
/// concurrent use.
/// </remarks>
/// <param name="chains">The chains.</param>
/// <param name="time">The clock.</param>
public sealed class ContractWallets(IChainClientFactory chains, TimeProvider time)
{
    /// <summary>Accounts that are looked at in a second.</summary>
    internal const int MostLooks = 5;

    /// <summary>How long what was seen is good: an account may be given code, or lose its delegation.</summary>
    internal static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const int Remembered = 4_096;

    private readonly RecentlyUsed<(ChainId Chain, Address Account), Seen> _seen = new(Remembered, TimeSpan.FromMinutes(10), time);
    private readonly Lock _gate = new();
    private long _second = time.GetTimestamp();
    private int _looks;

    /// <summary>The refusal of a request that is not signed, in better words where the account is a contract.</summary>
    public async Task<Refusal> ExplainAsync(Refusal refusal, ChainId chainId, Address account, CancellationToken cancellation) =>
        await IsContractAsync(chainId, account, cancellation)
            ? new Refusal(
                RefusalCode.ContractWalletUnsupported,
                $"{account} is a contract: its signatures (ERC-1271) mean nothing to the forwarder, which takes those of an account's own key. Put the account whose key signs as request.from, or send the call through the wallet itself.")
            : refusal;

    private async Task<bool> IsContractAsync(ChainId chainId, Address account, CancellationToken cancellation)
    {
        if (_seen.Find((chainId, account)) is { } seen && time.GetElapsedTime(seen.At) < GoodFor)
        {
            return seen.IsContract;
        }

        if (!TakeLook())
        {
            return false;
        }

        try
        {
            var code = await chains.Get(chainId).ReadCodeAsync([account], BlockRef.Latest, cancellation).WaitAsync(Patience, time, cancellation);
            var isContract = AccountCode.IsContract(code[0].Span);
            _seen.Set((chainId, account), new Seen(isContract, time.GetTimestamp()));
            return isContract;
        }
        catch (Exception silence) when (silence is ChainUnavailableException or TimeoutException)
        {
            return false;
        }
    }

    private bool TakeLook()
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_second) >= Second)
            {
                (_second, _looks) = (time.GetTimestamp(), 0);
            }

            return ++_looks <= MostLooks;
        }
    }

    private sealed record Seen(bool IsContract, long At);
}
