using System.Diagnostics;
using System.Text;
using DevChain;
using Microsoft.Extensions.Logging;
using Relayer.Core.Configuration;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Providers.Client;

namespace Relayer.Core.Tests.Providers;

/// <summary>The client and the classifier before a real node.</summary>
[Trait("needs", "services")]
public sealed class AnvilTests : IAsyncLifetime
{
    private static readonly ChainId Chain = new(31337);
    private static readonly Address Sender = Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000c0de0");
    private readonly CapturedLogs _logs = new();
    private AnvilNode _node = null!;
    private ChainClientFactory _clients = null!;
    private IChainClient _chain = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _node = await AnvilNode.StartAsync(new AnvilOptions { MineOnDemand = true }, cancellation: Cancellation);
        _clients = Connect(TimeSpan.FromSeconds(10), _node.Url);
        _chain = _clients.Get(Chain);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Reads_what_a_chain_says_of_itself()
    {
        await _node.MineAsync(3, Cancellation);
        await _node.SetBalanceAsync($"{Contract}", 5, Cancellation);

        var head = await _chain.ReadHeadAsync(Cancellation);
        var market = await _chain.ReadFeeMarketAsync(Cancellation);

        Assert.Equal(Chain, await _chain.ReadChainIdAsync(Cancellation));
        Assert.Equal(3, head.Number);
        Assert.True(head.BaseFee > Wei.Zero);
        Assert.True(market.BaseFee > Wei.Zero && market.BaseFee <= head.BaseFee);
        Assert.Equal([new Wei(5), Wei.Zero], await _chain.ReadBalancesAsync([Contract, Address.Zero], Cancellation));
        Assert.Equal([0UL], await _chain.ReadNoncesAsync([Sender], Cancellation));
    }

    [Fact]
    public async Task Calls_return_revert_halt_or_run_out_of_gas()
    {
        var reason = ErrorOf("nonce too low");
        await PutAsync(1, ReturnOrRevert(0xf3, [1, 2, 3]));
        await PutAsync(2, ReturnOrRevert(0xfd, reason));
        await PutAsync(3, [0xfe]);
        await PutAsync(4, [0x5b, 0x60, 0x00, 0x56]);
        await PutAsync(5, ReturnOrRevert(0xfd, []));

        var outcomes = await _chain.CallAsync(
            [.. new byte[] { 1, 2, 3, 4, 5 }.Select(i => new EthCall(Sender, At(i), default, 100_000))], Cancellation);

        Assert.Equal([1, 2, 3], Assert.IsType<CallOutcome.Returned>(outcomes[0]).Data.ToArray());
        Assert.Equal(reason, Assert.IsType<CallOutcome.Reverted>(outcomes[1]).Data.ToArray());
        Assert.IsType<CallOutcome.Reverted>(outcomes[2]);
        Assert.Equal(NodeErrorKind.OutOfGas, Assert.IsType<CallOutcome.Refused>(outcomes[3]).Error.Kind);
        Assert.Equal(0, Assert.IsType<CallOutcome.Reverted>(outcomes[4]).Data.Length);
    }

    [Fact]
    public async Task Reads_blocks_code_and_past_state_by_height_and_by_hash()
    {
        await _node.MineAsync(2, Cancellation);
        await PutAsync(1, ReturnOrRevert(0xf3, [1]));
        await _node.MineAsync(2, Cancellation);
        await PutAsync(1, ReturnOrRevert(0xf3, [2]));
        await _node.MineAsync(1, Cancellation);

        var (head, blocks) = await _chain.ReadBlocksAsync(
            [BlockRef.At(2), BlockRef.At(3), BlockRef.At(9), BlockRef.Latest, BlockRef.Of(Keccak256.Hash("none"u8))], Cancellation);
        var byHash = (await _chain.ReadBlocksAsync([BlockRef.Of(blocks[1]!.Hash)], Cancellation)).Blocks;
        EthCall[] call = [new(Sender, At(1), default, 100_000)];
        var past = await _chain.CallAsync(call, BlockRef.Of(blocks[1]!.Hash), Cancellation);
        var now = await _chain.CallAsync(call, BlockRef.At(5), Cancellation);

        Assert.Equal(5, head);
        Assert.Equal(blocks[0]!.Hash, blocks[1]!.ParentHash);
        Assert.Equal(blocks[1], Assert.Single(byHash));
        Assert.Null(blocks[2]);
        Assert.Null(blocks[4]);
        Assert.Equal(5, blocks[3]!.Number);
        Assert.Equal([1], Assert.IsType<CallOutcome.Returned>(past[0]).Data.ToArray());
        Assert.Equal([2], Assert.IsType<CallOutcome.Returned>(now[0]).Data.ToArray());
        Assert.Equal(ReturnOrRevert(0xf3, [2]), (await _chain.ReadCodeAsync([At(1)], BlockRef.Latest, Cancellation))[0].ToArray());
        Assert.True((await _chain.ReadCodeAsync([At(7)], BlockRef.At(1), Cancellation))[0].IsEmpty);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => _chain.CallAsync(call, BlockRef.At(99), Cancellation));
    }

    [Fact]
    public async Task Finds_the_events_of_a_range_and_knows_when_there_are_none()
    {
        // PUSH1 7, PUSH0, PUSH0, LOG1: an event with topic 7 and no data.
        await PutAsync(1, [0x60, 0x07, 0x5f, 0x5f, 0xa1]);
        await _node.MineAsync(3, Cancellation);
        var hash = Keccak256.Hash((await SendAsync(At(1))).Span);
        await _node.MineAsync(1, Cancellation);
        Hash32 topic = new([.. new byte[31], 7]);

        var found = await FindAsync(new LogFilter(1, 4, [At(1)], [[topic]]));
        var log = Assert.Single(found.Logs);

        Assert.Equal((4L, hash, 0L, found.Head), (log.BlockNumber, log.TransactionHash, log.Index, 4L));
        Assert.Equal((At(1), topic), (log.Event.Address, Assert.Single(log.Event.Topics)));
        Assert.Single((await FindAsync(new LogFilter(4, 4, [], []))).Logs);
        Assert.Empty((await FindAsync(new LogFilter(1, 3, [At(1)], [[topic]]))).Logs);
        Assert.Empty((await FindAsync(new LogFilter(1, 4, [At(2)], []))).Logs);
        Assert.Empty((await FindAsync(new LogFilter(1, 4, [At(1)], [[hash]]))).Logs);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => _chain.ReadLogsAsync(new LogFilter(1, 5, [], []), Cancellation));

        async Task<LogsOutcome.Found> FindAsync(LogFilter filter) =>
            Assert.IsType<LogsOutcome.Found>(await _chain.ReadLogsAsync(filter, Cancellation));

        async Task<ReadOnlyMemory<byte>> SendAsync(Address to)
        {
            var raw = await SignAsync(nonce: 0, gas: 100_000, to: to);
            Assert.True(Assert.Single(await _chain.SendRawAsync([raw], Cancellation)).IsAccepted);
            return raw;
        }
    }

    [Fact]
    public async Task Broadcasts_are_taken_once_and_known_afterwards_and_have_receipts_once_mined()
    {
        var raw = await SignAsync(nonce: 0);
        var hash = Keccak256.Hash(raw.Span);

        Assert.Equal([new SendOutcome(null)], await _chain.SendRawAsync([raw], Cancellation));
        var again = Assert.Single(await _chain.SendRawAsync([raw], Cancellation));
        Assert.True(again.IsAccepted);
        Assert.Null((await _chain.ReadReceiptsAsync([hash], Cancellation)).Receipts[0]);
        await _node.MineAsync(2, Cancellation);

        var (head, receipts) = await _chain.ReadReceiptsAsync([hash, Keccak256.Hash("other"u8)], Cancellation);
        Assert.Equal(2, head);
        Assert.Equal((1L, true, 21_000UL), (receipts[0]!.BlockNumber, receipts[0]!.Succeeded, receipts[0]!.GasUsed));
        Assert.True(receipts[0]!.Fee > Wei.Zero);
        Assert.Null(receipts[1]);
        Assert.Equal([1UL], await _chain.ReadNoncesAsync([Sender], Cancellation));
        await RefusesAsync(NodeErrorKind.NonceTooLow, raw);
    }

    [Fact]
    public async Task Each_refusal_of_a_broadcast_is_understood()
    {
        await _chain.SendRawAsync([await SignAsync(nonce: 0, maxFee: 4_000_000_000)], Cancellation);

        await RefusesAsync(NodeErrorKind.ReplacementUnderpriced, await SignAsync(nonce: 0, maxFee: 3_999_999_999));
        await RefusesAsync(NodeErrorKind.InsufficientFunds, await SignAsync(nonce: 1, value: "0x" + new string('f', 30)));
        await RefusesAsync(NodeErrorKind.IntrinsicGasTooLow, await SignAsync(nonce: 1, gas: 20_999));
        await RefusesAsync(NodeErrorKind.GasLimitTooHigh, await SignAsync(nonce: 1, gas: 30_000_001));
        await RefusesAsync(NodeErrorKind.Malformed, new byte[] { 0x02, 0xc0 });
        await RefusesAsync(NodeErrorKind.Malformed, new byte[] { 0xff });
        await _node.SetNonceAsync($"{Sender}", 5, Cancellation);
        await RefusesAsync(NodeErrorKind.NonceTooLow, await SignAsync(nonce: 4));
        Assert.DoesNotContain("2001", _logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nonce_ahead_is_taken_into_the_queue()
    {
        Assert.True(Assert.Single(await _chain.SendRawAsync([await SignAsync(nonce: 3)], Cancellation)).IsAccepted);
    }

    [Fact]
    public async Task A_thousand_calls_of_many_callers_find_their_way_back()
    {
        await PutAsync(1, [0x60, 0x00, 0x35, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3]);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1000),
            new ParallelOptions { MaxDegreeOfParallelism = 200, CancellationToken = Cancellation },
            async (i, token) =>
            {
                var word = new byte[32];
                new UInt256(0, (ulong)i).WriteBigEndian(word);
                var outcome = Assert.Single(await _chain.CallAsync([new EthCall(null, At(1), word)], token));
                Assert.Equal(word, Assert.IsType<CallOutcome.Returned>(outcome).Data.ToArray());
            });
    }

    [Fact]
    public async Task A_frozen_node_is_given_up_in_time_and_used_again_when_it_thaws()
    {
        using var clients = Connect(TimeSpan.FromSeconds(1), _node.Url);
        var chain = clients.Get(Chain);
        await chain.ReadHeadAsync(Cancellation);
        _node.Freeze();

        // The signal takes a moment to stop every thread, on a busy machine a long one: the first reads may still be answered.
        Exception? failure = null;
        long start = 0;
        for (var frozen = Stopwatch.StartNew(); failure is null && frozen.Elapsed < TimeSpan.FromSeconds(60);)
        {
            start = Stopwatch.GetTimestamp();
            failure = await Record.ExceptionAsync(() => chain.ReadHeadAsync(Cancellation));
        }

        Assert.IsType<ChainUnavailableException>(failure);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 30);
        _node.Thaw();
        await _chain.ReadHeadAsync(Cancellation);
        await chain.ReadHeadAsync(Cancellation);
    }

    [Fact]
    public async Task The_second_node_serves_while_the_first_is_down()
    {
        await using var second = await AnvilNode.StartAsync(cancellation: Cancellation);
        await second.MineAsync(2, Cancellation);
        using var clients = Connect(TimeSpan.FromSeconds(5), _node.Url, second.Url);
        var chain = clients.Get(Chain);
        Assert.Equal(0, (await chain.ReadHeadAsync(Cancellation)).Number);
        await _node.StopAsync();

        Assert.Equal(2, (await chain.ReadHeadAsync(Cancellation)).Number);
    }

    private async Task RefusesAsync(NodeErrorKind expected, ReadOnlyMemory<byte> raw)
    {
        var outcome = Assert.Single(await _chain.SendRawAsync([raw], Cancellation));
        Assert.True(outcome.Error?.Kind == expected, $"expected {expected}, but: {outcome.Error}");
    }

    private async Task<ReadOnlyMemory<byte>> SignAsync(
        long nonce, long gas = 21_000, long maxFee = 4_000_000_000, string value = "0x1", Address? to = null)
    {
        var signed = await _node.Rpc.SendAsync(
            "eth_signTransaction",
            [
                new
                {
                    from = $"{Sender}",
                    to = $"{to ?? Contract}",
                    value,
                    nonce = NodeStandIn.Quantity(nonce),
                    gas = NodeStandIn.Quantity(gas),
                    maxFeePerGas = NodeStandIn.Quantity(maxFee),
                    maxPriorityFeePerGas = "0x1",
                    chainId = NodeStandIn.Quantity(Chain.Value),
                },
            ],
            Cancellation);
        return Hex.Decode(signed.GetString());
    }

    private Task PutAsync(byte number, byte[] code) => _node.SetCodeAsync($"{At(number)}", Hex.Encode(code), Cancellation);

    private static Address At(byte number)
    {
        var bytes = Contract.ToArray();
        bytes[^1] = number;
        return new Address(bytes);
    }

    /// <summary>Code that copies what follows it to memory and returns (0xf3) or reverts (0xfd) with it.</summary>
    private static byte[] ReturnOrRevert(byte opcode, byte[] data) =>
        [0x60, (byte)data.Length, 0x60, 12, 0x60, 0, 0x39, 0x60, (byte)data.Length, 0x60, 0, opcode, .. data];

    private static byte[] ErrorOf(string reason)
    {
        var data = new byte[100];
        Hex.Decode("0x08c379a0").CopyTo(data, 0);
        (data[35], data[67]) = (0x20, (byte)reason.Length);
        Encoding.ASCII.GetBytes(reason).CopyTo(data, 68);
        return data;
    }

    private ChainClientFactory Connect(TimeSpan timeout, params Uri[] urls)
    {
        var options = new RelayerOptions
        {
            Chains = { ["test"] = new() { ChainId = Chain.Value, RpcTimeout = timeout, Rpc = [.. urls.Select(url => $"{url}")] } },
        };
        return new ChainClientFactory(options, TimeProvider.System, new Logger<ChainClientFactory>(_logs));
    }
}
