using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Processes;
using Npgsql;
using Relayer.Core.Ethereum;
using Storms.Audit;
using Storms.Workloads;

namespace Storms.Liars;

/// <summary>A relayer whose providers may lie: one instance with a database of its own on the shared chain.</summary>
internal sealed class LiarWorld : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly NpgsqlConnection _connection;
    private readonly string _stranger = DevKey.Create().Address.ToString();
    private int _payments;

    private LiarWorld(RelayerUnderTest relayer, LyingNode node, NpgsqlConnection connection) => (Relayer, Node, _connection) = (relayer, node, connection);

    public RelayerUnderTest Relayer { get; }

    public LyingNode Node { get; }

    /// <summary>All that this relayer was ever given.</summary>
    public List<SignedRequest> Requests { get; } = [];

    /// <summary>The app's client.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 }) { Timeout = TimeSpan.FromSeconds(40) };

    /// <summary>Starts one for a combination and its like.</summary>
    public static async Task<LiarWorld> StartAsync(SharedStack shared, Combination like, CancellationToken cancellation)
    {
        var node = await LyingNode.StartAsync(shared.Stack.Node.Url, like.Method.Lacking, cancellation);
        var settings = new Dictionary<string, string>
        {
            // What asks seldom asks often here, so that each method is asked for while it is lied about.
            ["Schedules__ReadBalances"] = "* * * * * *",
            ["Schedules__TopUpSigners"] = "*/2 * * * * *",
            ["Schedules__ObserveProviders"] = "*/2 * * * * *",
        };
        for (var place = 0; place < like.Providers; place++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"Chains__{AppSettings.ChainName}__Rpc__{place}");
            (settings[key], settings[$"{key}__Operator"]) = (node.UrlOf(place), $"operator {place + 1}");
        }

        var relayer = await RelayerUnderTest.SettleAsync(
            shared, new RelayerUnderTestOptions { Signers = 2, IsMigrated = true, Settings = settings }, cancellation);
        await relayer.StartAsync(0, null, cancellation);
        var world = new LiarWorld(relayer, node, await relayer.OpenAsync(cancellation));

        // The books begin with what the signers had; what comes from now on is a deposit.
        await shared.Stack.Node.SetBalanceAsync(world._stranger, SharedStack.SignerFunds, cancellation);
        await shared.Stack.Node.Rpc.SendAsync("anvil_impersonateAccount", [world._stranger], cancellation);
        return await Poll.UntilAsync(async () => await world.AskAsync("select count(*)::numeric from reconciliations", cancellation) == relayer.Signers.Count, StartPatience, Pause, cancellation)
            ? world
            : throw new DevChainException($"the books were not begun:\n{relayer.Output}");
    }

    /// <summary>Somebody pays a signer.</summary>
    public async Task PayAsync(CancellationToken cancellation)
    {
        var signer = Relayer.Signers[_payments % Relayer.Signers.Count].Address;
        BigInteger amount = 1_000 + ++_payments;
        Relayer.Paid.AddOrUpdate(signer, amount, (_, sum) => sum + amount);
        await Rival.SendAsync(Relayer.Stack.Stack.Node, signer, [], $"0x{amount.ToString("x", CultureInfo.InvariantCulture).TrimStart('0')}", from: _stranger, cancellation: cancellation);
    }

    /// <summary>Somebody else carries a request out, and it is mined.</summary>
    public async Task CarryOutAsync(SignedRequest signed, CancellationToken cancellation)
    {
        _ = Signature.TryParse(Hex.Decode((string)JsonNode.Parse(signed.Body)!["signature"]!), out var signature, out _);
        await Rival.SendAsync(
            Relayer.Stack.Stack.Node, signed.Forwarder.Address, signed.Forwarder.EncodeExecute(signed.Message, signature), from: _stranger, cancellation: cancellation);
        if (!await Poll.UntilAsync(async () => (await ExecutedAsync([signed], cancellation))[signed.Key].Any(), StartPatience, Pause, cancellation))
        {
            throw new DevChainException($"nobody carried out {signed}");
        }
    }

    /// <summary>How some requests ended on the chain.</summary>
    public Task<ILookup<(Address Forwarder, Address From, UInt256 Nonce), bool>> ExecutedAsync(IEnumerable<SignedRequest> requests, CancellationToken cancellation) =>
        ChainTruth.ReadExecutedAsync(Relayer, [.. requests.Select(signed => signed.Message.From)], cancellation);

    /// <summary>What is open, in words: work under way, and money that came and is not in the books yet.</summary>
    public async Task<string> OpenAsync(CancellationToken cancellation)
    {
        var work = await AskAsync("select ((select count(*) from relays where state < 3) + (select count(*) from transactions where state < 4))::numeric", cancellation);
        var missing = Relayer.Paid.Values.Aggregate(BigInteger.Zero, BigInteger.Add) - await AskAsync("select coalesce(sum(amount), 0) from deposits", cancellation);
        return !work.IsZero ? $"{work} relays and transactions are under way"
            : !missing.IsZero ? $"{missing} wei that somebody paid are not in the books"
            : await AreCountersRightAsync(cancellation) ? ""
            : "the signers' next nonces are not those of the chain";
    }

    private async Task<bool> AreCountersRightAsync(CancellationToken cancellation)
    {
        var counters = await Rows.ReadAsync(
            _connection, "select address, next_nonce from signers", row => (Address: new Address(row.GetFieldValue<byte[]>(0)), Next: row.GetInt64(1)), cancellation);
        var nonces = await Relayer.Stack.Chain.AskAsync("eth_getTransactionCount", counters.Select(signer => new object?[] { signer.Address.ToString(), "latest" }), cancellation);
        return counters.Zip(nonces).All(pair => pair.First.Next == (long)JsonRpc.ToInteger(pair.Second));
    }

    /// <summary>Incidents of money that nobody explains.</summary>
    public async Task<IReadOnlyList<string>> UnexplainedAsync(CancellationToken cancellation) => await Rows.ReadAsync(
        _connection,
        "select kind || ': ' || title || ', ' || detail from incidents where kind in ('unexplained_gain', 'unexplained_loss', 'books_restarted')",
        row => row.GetString(0), cancellation);

    private async Task<BigInteger> AskAsync(string sql, CancellationToken cancellation) =>
        (await Rows.ReadAsync(_connection, sql, row => row.GetFieldValue<BigInteger>(0), cancellation))[0];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _connection.DisposeAsync();
        await Relayer.DisposeAsync();
        await Node.DisposeAsync();
    }
}
