using System.Globalization;
using System.Numerics;
using DevChain.Processes;

namespace DevChain;

/// <summary>A real Ethereum node for development (Foundry's anvil) as a child process.</summary>
/// <remarks>Gone after disposal, and killed by the system when this process dies in whatever way (Linux).</remarks>
public sealed class AnvilNode : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly AnvilOptions _options;
    private readonly TempFolder _folder = TempFolder.Create("anvil");
    private ChildProcess? _process;

    private AnvilNode(AnvilOptions options, int port)
    {
        _options = options;
        Port = port;
        Rpc = new JsonRpc(Url);
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The JSON-RPC address over HTTP (and WebSocket).</summary>
    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>The EIP-155 id.</summary>
    public long ChainId => _options.ChainId;

    /// <summary>The node's process id.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the node is stopped");

    /// <summary>Plain JSON-RPC to the node.</summary>
    public JsonRpc Rpc { get; }

    /// <summary>Starts a node, installing the npm parts first when they are missing, and waits until it answers.</summary>
    /// <exception cref="DevChainException">It does not start; the message carries what it wrote.</exception>
    public static async Task<AnvilNode> StartAsync(
        AnvilOptions? options = null, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new AnvilOptions();
        await NpmParts.EnsureInstalledAsync(progress, cancellation);
        progress?.Invoke($"Starting anvil (chain {options.ChainId})…");
        for (var attempt = 1; ; attempt++)
        {
            var node = new AnvilNode(options, options.Port ?? FreePort.Next());
            try
            {
                await node.StartAsync(cancellation);
                return node;
            }
            catch (DevChainException) when (options.Port is null && attempt < 3) // Somebody took the free port.
            {
                await node.DisposeAsync();
            }
            catch
            {
                await node.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts a stopped node again at the same port, with the state it had when stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (!FreePort.IsFree(Port))
        {
            throw new DevChainException($"port {Port}, meant for anvil, is taken");
        }

        _process = await ChildProcess.StartAsync(new CommandLine(AnvilPackage.Binary, Arguments()));
        if (!await Poll.UntilAsync(AnswersAsync, StartPatience, Pause, cancellation))
        {
            throw new DevChainException($"anvil does not answer at {Url}:\n{_process.Output}");
        }
    }

    /// <summary>Stops the node; its state is kept for <see cref="StartAsync(CancellationToken)"/>.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.StopAsync(UnixSignal.Interrupt, StopPatience);
            await process.DisposeAsync();
        }
    }

    /// <summary>Freezes the node: connections are taken and nothing is answered.</summary>
    public void Freeze() => _process?.Signal(UnixSignal.Stop);

    /// <summary>Ends <see cref="Freeze"/>.</summary>
    public void Thaw() => _process?.Signal(UnixSignal.Continue);

    /// <summary>Mines blocks now.</summary>
    public Task MineAsync(int blocks = 1, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_mine", [Quantity(blocks)], cancellation);

    /// <summary>Turns a block per transaction on or off.</summary>
    public Task SetAutomineAsync(bool enabled, CancellationToken cancellation = default) =>
        Rpc.SendAsync("evm_setAutomine", [enabled], cancellation);

    /// <summary>Mines every so often from now; zero stops it.</summary>
    public Task SetBlockTimeAsync(TimeSpan interval, CancellationToken cancellation = default) =>
        Rpc.SendAsync("evm_setIntervalMining", [(long)interval.TotalSeconds], cancellation);

    /// <summary>Gives an account exactly so many wei.</summary>
    public Task SetBalanceAsync(string account, BigInteger wei, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_setBalance", [account, Quantity(wei)], cancellation);

    /// <summary>Sets an account's transaction count.</summary>
    public Task SetNonceAsync(string account, long nonce, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_setNonce", [account, Quantity(nonce)], cancellation);

    /// <summary>Puts code at an address.</summary>
    public Task SetCodeAsync(string account, string code, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_setCode", [account, code], cancellation);

    /// <summary>Sets the next block's base fee, in wei per gas.</summary>
    public Task SetNextBaseFeeAsync(BigInteger wei, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_setNextBlockBaseFeePerGas", [Quantity(wei)], cancellation);

    /// <summary>After a dumped chain was loaded: the next block has the time of now.</summary>
    public async Task ResumeClockAsync(CancellationToken cancellation = default)
    {
        await Rpc.SendAsync("evm_setNextBlockTimestamp", [TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()], cancellation);
        await MineAsync(1, cancellation);
    }

    /// <summary>Moves the chain's clock on, and mines a block so that it shows.</summary>
    public async Task IncreaseTimeAsync(TimeSpan by, CancellationToken cancellation = default)
    {
        await Rpc.SendAsync("evm_increaseTime", [(long)by.TotalSeconds], cancellation);
        await MineAsync(1, cancellation);
    }

    /// <summary>Remembers the chain's state.</summary>
    /// <returns>What <see cref="RevertAsync"/> takes, once.</returns>
    public async Task<string> SnapshotAsync(CancellationToken cancellation = default) =>
        (await Rpc.SendAsync("evm_snapshot", [], cancellation)).GetString()!;

    /// <summary>Goes back to a remembered state, as a deep reorganisation would.</summary>
    public async Task RevertAsync(string snapshot, CancellationToken cancellation = default)
    {
        if (!(await Rpc.SendAsync("evm_revert", [snapshot], cancellation)).GetBoolean())
        {
            throw new InvalidOperationException($"the node does not know the snapshot {snapshot}");
        }
    }

    /// <summary>The whole chain, as <see cref="LoadStateAsync"/> takes it: gzipped JSON.</summary>
    public async Task<byte[]> DumpStateAsync(CancellationToken cancellation = default) =>
        Convert.FromHexString((await Rpc.SendAsync("anvil_dumpState", [], cancellation)).GetString()![2..]);

    /// <summary>Goes on from a dumped chain.</summary>
    public Task LoadStateAsync(byte[] state, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_loadState", ["0x" + Convert.ToHexStringLower(state)], cancellation);

    /// <summary>Replaces the newest blocks by empty ones.</summary>
    public Task ReorganiseAsync(int depth, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_reorg", [depth, Array.Empty<object>()], cancellation);

    /// <summary>Takes a transaction out of the pool.</summary>
    public Task DropTransactionAsync(string hash, CancellationToken cancellation = default) =>
        Rpc.SendAsync("anvil_dropTransaction", [hash], cancellation);

    /// <summary>The accounts the node signs for, in order.</summary>
    public async Task<IReadOnlyList<string>> AccountsAsync(CancellationToken cancellation = default) =>
        [.. (await Rpc.SendAsync("eth_accounts", [], cancellation)).EnumerateArray().Select(account => account.GetString()!)];

    /// <summary>An account's balance in wei.</summary>
    public async Task<BigInteger> BalanceAsync(string account, CancellationToken cancellation = default) =>
        JsonRpc.ToInteger(await Rpc.SendAsync("eth_getBalance", [account, "latest"], cancellation));

    /// <summary>How many transactions of an account are mined.</summary>
    public async Task<long> NonceAsync(string account, CancellationToken cancellation = default) =>
        (long)JsonRpc.ToInteger(await Rpc.SendAsync("eth_getTransactionCount", [account, "latest"], cancellation));

    /// <summary>An account's next nonce, with its transactions in the node's pool. A node that mines at once answers a send before it has mined it.</summary>
    public async Task<long> PendingNonceAsync(string account, CancellationToken cancellation = default) =>
        (long)JsonRpc.ToInteger(await Rpc.SendAsync("eth_getTransactionCount", [account, "pending"], cancellation));

    /// <summary>The newest block's height.</summary>
    public async Task<long> BlockNumberAsync(CancellationToken cancellation = default) =>
        (long)JsonRpc.ToInteger(await Rpc.SendAsync("eth_blockNumber", [], cancellation));

    /// <summary>Stops the node and forgets its state.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }

        Rpc.Dispose();
        _folder.Dispose();
    }

    private static string Quantity(BigInteger value) =>
        value.IsZero ? "0x0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
        {
            throw new DevChainException($"anvil ended at once:\n{_process.Output}");
        }

        return await Rpc.AnswersAsync();
    }

    private string[] Arguments() =>
    [
        "--host", "127.0.0.1",
        "--port", Invariant(Port),
        "--chain-id", Invariant(_options.ChainId),
        "--accounts", Invariant(_options.Accounts),
        "--gas-limit", Invariant(_options.GasLimit),
        "--state", Path.Combine(_folder.Path, "state.json"),
        "--quiet",
        .. _options.BlockTime is { } time
            ? ["--block-time", time.TotalSeconds.ToString(CultureInfo.InvariantCulture)]
            : Array.Empty<string>(),
        .. _options.MixedMining ? ["--mixed-mining"] : Array.Empty<string>(),
        .. _options.MineOnDemand ? ["--no-mining"] : Array.Empty<string>(),
        .. _options.Hardfork is { } fork ? ["--hardfork", fork] : Array.Empty<string>(),
        .. _options.Extra,
    ];

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);
}
