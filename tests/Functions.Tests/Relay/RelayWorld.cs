using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DevChain;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Tests.Relay;

/// <summary>What a frontend and an auditor do around the app: sign and write bodies, and look at the chain and the database for themselves.</summary>
internal sealed class RelayWorld(DevStack stack, string? database = null)
{
    /// <summary>The states of a relay that goes well, in their order.</summary>
    public static readonly string[] States = ["accepted", "pending", "mined", "confirmed"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Database { get; } = database ?? stack.ConnectionString;

    public Address Target => stack.Contracts.Target;

    public Forwarder OpenZeppelin { get; } = Create(
        "OpenZeppelin", stack.Node.ChainId, stack.Contracts.OpenZeppelin, Deployment.OpenZeppelinName);

    public Forwarder Infinex { get; } = Create("Infinex", stack.Node.ChainId, stack.Contracts.Infinex, Deployment.InfinexName);

    public Forwarder Of(string dialect) => dialect == Infinex.Dialect ? Infinex : OpenZeppelin;

    public static Forwarder Create(string dialect, long chainId, Address address, string name) =>
        Forwarder.TryCreate(dialect, new ChainId(chainId), address, name, Deployment.DomainVersion, out var forwarder)
            ? forwarder
            : throw new ArgumentException(dialect, nameof(dialect));

    public static ulong InSeconds(double seconds) => (ulong)TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();

    public static UInt256 RandomNonce() => UInt256.ReadBigEndian(RandomNumberGenerator.GetBytes(32));

    /// <summary>A message that the app takes as it is.</summary>
    public ForwardRequest Message(Forwarder forwarder, Wallet user, UInt256? nonce = null, byte[]? data = null, ulong gas = 100_000) => new(
        user.Address, Target, Wei.Zero, gas, nonce ?? (forwarder.HasSequentialNonces ? UInt256.Zero : RandomNonce()),
        forwarder.HasDeadline ? InSeconds(300) : null, data ?? Calls.Increment);

    /// <summary>A signed body that the app takes as it is.</summary>
    public JsonObject Post(Forwarder forwarder, Wallet user, UInt256? nonce = null, byte[]? data = null, ulong gas = 100_000)
    {
        var message = Message(forwarder, user, nonce, data, gas);
        return RelayPost.Of(forwarder, message, user.Sign(forwarder, message).ToString());
    }

    /// <summary>How often the target counted the user.</summary>
    public async Task<ulong> CountAsync(Address user)
    {
        var call = new { to = Target.ToString(), data = Hex.Encode([.. Calls.Of("counts(address)"), .. new byte[12], .. user.Span]) };
        return (ulong)JsonRpc.ToInteger(await stack.Node.Rpc.SendAsync("eth_call", [call, "latest"], Cancellation));
    }

    /// <summary>Every request that either forwarder ever carried out, oldest first, by the chain's own events.</summary>
    public async Task<IReadOnlyList<ExecutedRequest>> ExecutedAsync(Address? user = null)
    {
        var filter = new
        {
            fromBlock = "0x0",
            toBlock = "latest",
            address = new[] { OpenZeppelin.Address.ToString(), Infinex.Address.ToString() },
            topics = new object?[] { ExecutedRequest.Topic.ToString() },
        };
        var logs = await stack.Node.Rpc.SendAsync("eth_getLogs", [filter], Cancellation);
        var executed = new List<ExecutedRequest>();
        foreach (var log in logs.EnumerateArray())
        {
            Hash32[] topics = [.. log.GetProperty("topics").EnumerateArray().Select(topic => Hash32.Parse(topic.GetString()!))];
            var data = Hex.Decode(log.GetProperty("data").GetString()!);
            var entry = new LogEntry(Address.Parse(log.GetProperty("address").GetString()!), topics, data);
            Assert.True(ExecutedRequest.TryDecode(entry, out var request));
            if (user is null || request.Signer == user)
            {
                executed.Add(request);
            }
        }

        return executed;
    }

    /// <summary>An account's transaction count on the chain.</summary>
    public async Task<long> NonceOnChainAsync(Address account) =>
        (long)JsonRpc.ToInteger(await stack.Node.Rpc.SendAsync("eth_getTransactionCount", [account.ToString(), "pending"], Cancellation));

    public async Task<long> CountRowsAsync(string table, Address? user = null)
    {
        var where = user is { } address ? $" where \"from\" = '\\x{Convert.ToHexStringLower(address.Span)}'" : "";
        return (long)(await AskAsync($"select count(*) from {table}{where}"))!;
    }

    /// <summary>Asks the database. An app that only just started may still be bringing its schema up to date: that is waited for.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        object? answer = null;
        Assert.True(await BecomesAsync(TryAsync), $"the tables are not there: {sql}");
        return answer;

        async Task<bool> TryAsync()
        {
            try
            {
                answer = await AskOnceAsync(sql);
                return true;
            }
            catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                return false;
            }
        }
    }

    private async Task<object?> AskOnceAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    /// <summary>Asks until it is so, for as long as such things may take on a busy machine.</summary>
    public static async Task<bool> BecomesAsync(Func<Task<bool>> isSo, double seconds = 60)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds)
            {
                return false;
            }

            await Task.Delay(100, Cancellation);
        }

        return true;
    }

    /// <summary>Waits until a timer's function has run from its begin to its end: runs never overlap, so the second tick from now says that the first is over.</summary>
    public async Task RunsAsync(string timer)
    {
        var (seen, ticks) = (await LastTickAsync(), 0);
        Assert.True(
            await BecomesAsync(async () =>
            {
                var last = await LastTickAsync();
                ticks += Equals(last, seen) ? 0 : 1;
                seen = last;
                return ticks >= 2;
            }),
            $"{timer} did not run");

        Task<object?> LastTickAsync() => AskAsync($"select last_due from timers where name = '{timer}'");
    }

    /// <summary>Waits for a relay's end.</summary>
    public static async Task<Reply> WaitAsync(HttpClient http, string id, double seconds = 120)
    {
        Reply? reply = null;
        await BecomesAsync(
            async () =>
            {
                reply = await Reply.GetAsync(http, $"api/relay/{id}?wait=5");
                return reply["state"] is "confirmed" or "failed" or "expired";
            },
            seconds);
        return reply!;
    }
}
