using Relayer.Core.Ethereum;
using Relayer.Core.Operations;
using Relayer.Core.Relay.Batching;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Forwarders;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions.Clock;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Relay.Admission;

/// <summary>A request on its way through the rules, with what has been learnt for them so far.</summary>
/// <param name="Request">What was posted.</param>
/// <param name="Route">Where it goes, and under which policy.</param>
/// <param name="Now">The time the decision is made for.</param>
public sealed record RelayCandidate(RelayRequest Request, RelayRoute Route, DateTimeOffset Now)
{
    private RelayCall? _call;
    private IReadOnlyList<Budget>? _budgets;

    /// <summary>The relay's id: the digest that was signed.</summary>
    public Hash32 Id { get; } = Route.Forwarder.Digest(Request.Message);

    /// <summary>The call that carries it alone, encoded when it is first asked for.</summary>
    internal RelayCall Call => _call ??= RelayCall.For(Request, Route.Forwarder);

    /// <summary>The account whose turn it is to send; <see langword="null"/> while none is known.</summary>
    internal Address? Payer { get; init; }

    /// <summary>Who posted it.</summary>
    public Caller Caller { get; init; } = Caller.Anonymous;

    /// <summary>The same of a caller that is known better by now, with that one's budgets.</summary>
    internal RelayCandidate As(Caller caller) => this with { Caller = caller, _budgets = null };

    /// <summary>The chain's own time, by which it judges a deadline: behind <see cref="Now"/> while it stands still.</summary>
    internal DateTimeOffset ChainTime { get; init; } = Now;

    /// <summary>What the chain charges for data, where it does.</summary>
    public DataPrice Data { get; init; } = DataPrice.Free;

    /// <summary>
    /// What the user's quota is charged: the most gas that is paid for the request sent alone, the transaction around it and its data
    /// included. In a batch it costs less.
    /// </summary>
    public ulong PaidGas => Data.PaidGas(Call.Data.Length) is var data && Call.Gas > long.MaxValue - data ? long.MaxValue : Call.Gas + data;

    /// <summary>The most wei that are paid beside the gas, however it is mined: its value, and a rollup's fee for data.</summary>
    public Wei Beside => Message.Value + Data.Of(Call.Data.Length).Fee;

    /// <summary>The budgets that it takes from.</summary>
    internal IReadOnlyList<Budget> Budgets => _budgets ??= Policy.Budgets.Of(this);

    /// <summary>The signed message.</summary>
    public ForwardRequest Message => Request.Message;

    /// <summary>The policy it is judged by.</summary>
    public RelayPolicy Policy => Route.Policy;

    /// <summary>Until when it may be tried: the signed deadline, or the relayer's own time to live.</summary>
    public DateTimeOffset ExpiresAt => Message.Deadline is { } deadline
        ? DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(deadline, MaxUnixSeconds))
        : Now + Policy.TimeToLive;

    // The last second of the year 9999, the end of .NET's and of PostgreSQL's four-digit years.
    private const ulong MaxUnixSeconds = 253_402_300_799;
}

/// <summary>What the records say about a request.</summary>
/// <param name="Known">The same request, posted before.</param>
/// <param name="Predecessor">The user's highest nonce under way, where nonces are sequential.</param>
/// <param name="RelaysThisMinute">Requests granted to the user in this minute.</param>
/// <param name="GasToday">Gas charged to the user today (UTC), as <see cref="RelayCandidate.PaidGas"/> counts it.</param>
/// <param name="Pause">What an operator has paused that this request needs.</param>
public sealed record RelayFacts(
    RelayRecord? Known, Predecessor? Predecessor, long RelaysThisMinute, long GasToday, Pause? Pause = null)
{
    /// <summary>The user's highest nonce that the records know is spent, where nonces are sequential and none is under way behind it.</summary>
    public UInt256? LastSpent { get; init; }

    /// <summary>The highest block in which one of the user's newest requests ended: what a node says from before it is too old.</summary>
    public long? ConfirmedAt { get; init; }

    /// <summary>How many of the user's newest requests are under way, where nonces have no order; no more are counted than may be.</summary>
    public long UnderWay { get; init; }
}

/// <summary>The user's request under way with the highest nonce.</summary>
/// <param name="Nonce">Its nonce.</param>
/// <param name="Signer">
/// The account that sends it: the next one must follow it there, or it could be mined before. <see langword="null"/> while it waits for
/// another transaction.
/// </param>
public sealed record Predecessor(UInt256 Nonce, Address? Signer);

/// <summary>What the records know of a user's nonces at a forwarder.</summary>
/// <param name="Nonce">The highest that is under way or spent.</param>
/// <param name="Predecessor">The request under way that has it, if one is.</param>
internal sealed record KnownNonce(UInt256 Nonce, Predecessor? Predecessor)
{
    /// <summary>The nonce, where it is spent.</summary>
    public UInt256? Spent => Predecessor is null ? Nonce : null;
}

/// <summary>What the chain says about a request.</summary>
/// <param name="Nonce">The state of the user's nonce in the forwarder.</param>
/// <param name="Revert">Why the call would revert; <see langword="null"/> when it would succeed.</param>
public sealed record ChainView(NonceState Nonce, string? Revert)
{
    /// <summary>Whether the chain makes blocks.</summary>
    public ChainStanding Standing { get; init; } = ChainStanding.Unknown;
}
