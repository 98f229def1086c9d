using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Configuration.Chains;

/// <summary>One chain that is served, bound from <c>Chains:{name}</c>.</summary>
/// <remarks>Texts here are checked at start by the options validator.</remarks>
public sealed class ChainOptions
{
    /// <summary>The chain's EIP-155 id, such as 8453 for Base; must be set.</summary>
    public long ChainId { get; set; }

    /// <summary>JSON-RPC URLs, the preferred one first; at least one.</summary>
    public IList<RpcOptions> Rpc { get; init; } = [];

    /// <summary>Blocks on top of a transaction's own before it counts as confirmed; 0 trusts the first block.</summary>
    public int Confirmations { get; set; } = 1;

    /// <summary>
    /// Transactions of one signer under way at once. Nodes queue few per account: geth 64 by default. Where there are API clients or a contract that admits users,
    /// an eighth of them is kept for those.
    /// </summary>
    public int MaxInFlightPerSigner { get; set; } = 64;

    /// <summary>
    /// Gas that a signer must be able to pay for at the present fee, the transfer that would refill it aside: what a usual transaction takes.
    /// One that cannot is paused, and goes on by itself once it can pay for half as much again.
    /// </summary>
    public int SignerReserveGas { get; set; } = 150_000;

    /// <summary>How long one JSON-RPC round trip may take.</summary>
    public TimeSpan RpcTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Blocks that a provider may be behind the others (and behind what it told itself) and still be believed about what it has not
    /// seen. Left out: 3 to 8 by chain, about a quarter to half a minute.
    /// </summary>
    public int? MaxHeadLag { get; set; }

    /// <summary>
    /// The time between two blocks, on a chain that makes them whether or not there is anything to put in. Left out: known for Ethereum, Base, OP Mainnet, Polygon
    /// and some more. Where it is neither known nor given, the chain counts as standing still only while something of ours waits to be mined.
    /// </summary>
    public TimeSpan? BlockTime { get; set; }

    /// <summary>
    /// A chain whose newest block is older than this stands still: nothing expires by the clock, no relay is taken and no keeper acts until its blocks are near the
    /// clock again. Left out: 15 blocks' time and at least a minute; two minutes where the block time is not known.
    /// </summary>
    public TimeSpan? StandstillAfter { get; set; }

    /// <summary>The EIP-2771 forwarders served.</summary>
    public IList<ForwarderOptions> Forwarders { get; init; } = [];

    /// <summary>The accounts that pay for gas.</summary>
    public IList<SignerOptions> Signers { get; init; } = [];

    /// <summary>The council's wallet, which fills the signers and does nothing else. Without it nobody does.</summary>
    public SignerOptions Council { get; init; } = new();

    /// <summary>The rules by which it fills them.</summary>
    public TopUpOptions TopUps { get; init; } = new();

    /// <summary>What a transaction may cost.</summary>
    public FeeOptions Fees { get; init; } = new();

    /// <summary>How requests share transactions under load.</summary>
    public BatchingOptions Batching { get; init; } = new();

    /// <summary>What is sponsored.</summary>
    public PolicyOptions Policy { get; init; } = new();

    /// <summary>What relays may cost.</summary>
    public BudgetOptions Budgets { get; init; } = new();

    /// <summary>Work that the relayer does by itself.</summary>
    public KeepersOptions Keepers { get; init; } = new();
}

/// <summary>An EIP-2771 forwarder that is served, bound from <c>Chains:{name}:Forwarders:N</c>.</summary>
public sealed class ForwarderOptions
{
    /// <summary>The contract's address.</summary>
    public Address? Address { get; set; }

    /// <summary><c>OpenZeppelin</c> (v5, sequential nonces, deadline) or <c>Infinex</c> (unordered nonces).</summary>
    public string Dialect { get; set; } = "";

    /// <summary>The EIP-712 domain's name; compared with the contract's <c>eip712Domain()</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The EIP-712 domain's version.</summary>
    public string Version { get; set; } = "1";
}

/// <summary>A signing account, bound from <c>Chains:{name}:Signers:N</c> or <c>Chains:{name}:Council</c>.</summary>
public sealed class SignerOptions
{
    /// <summary>The name of the Key Vault secret that holds the private key (32 bytes in hexadecimal).</summary>
    public string Secret { get; set; } = "";

    /// <summary>The key itself, in hexadecimal; accepted only when <c>Environment</c> is <c>Development</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>The account expected; when given, a key of another account is refused.</summary>
    public Address? Address { get; set; }

    /// <summary>
    /// What it sends: <c>relays</c>, <c>keepers</c> or <c>both</c>. With signers of their own neither waits when the other has used up its money or its
    /// places in flight. Of no meaning for the council's wallet.
    /// </summary>
    public string Use { get; set; } = "both";

    /// <summary>True where a key is named.</summary>
    internal bool IsConfigured => Secret.Length + Key.Length > 0;
}

/// <summary>What a transaction may cost, bound from <c>Chains:{name}:Fees</c>.</summary>
public sealed class FeeOptions
{
    /// <summary>The most wei per gas ever offered, tip included; decimal.</summary>
    public Wei MaxFeePerGasWei { get; set; } = Wei.FromGwei(500);

    /// <summary>The most wei per gas ever offered as a tip; decimal.</summary>
    public Wei MaxPriorityFeePerGasWei { get; set; } = Wei.FromGwei(5);

    /// <summary>
    /// The least wei per gas offered as a tip; decimal. Left out: what the chain's nodes are known to want (25 gwei on Polygon), 1 elsewhere. A node that
    /// names a higher one is believed for ten minutes, up to <c>MaxPriorityFeePerGasWei</c>.
    /// </summary>
    public Wei? MinPriorityFeePerGasWei { get; set; }

    /// <summary>The least tip, as it is set or known.</summary>
    internal Wei LeastTipOn(long chainId) => MinPriorityFeePerGasWei ?? KnownTips.Find(chainId) ?? new Wei(1);

    /// <summary>The base fee is multiplied by this, in percent, so that some full blocks do not strand a transaction.</summary>
    public int BaseFeePercent { get; set; } = 200;

    /// <summary>Sends type 0 transactions, for a chain without EIP-1559.</summary>
    public bool Legacy { get; set; }

    /// <summary>How long one reading of the fee market is used.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary><c>slow</c>, <c>standard</c> or <c>fast</c>: what is offered where nothing else is asked for.</summary>
    public string Speed { get; set; } = "standard";

    /// <summary>
    /// A transaction that holds its signer up for so long is replaced. Some blocks' time: 30 s suit Ethereum, 10 s a chain with quick blocks.
    /// </summary>
    public TimeSpan BumpAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>It is replaced again each time that so long has passed since: 15 s suit Ethereum, 5 s a chain with quick blocks.</summary>
    public TimeSpan BumpEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// So long before a request expires its nonce is closed instead, so that the noop is mined in time: a block's time and a little.
    /// Never before half of the request's time is over.
    /// </summary>
    public TimeSpan CloseBefore { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>
    /// Whom to ask what a transaction's data costs, together with the fee market: <c>op</c> the OP stack's <c>GasPriceOracle</c> (Fjord or later),
    /// <c>arbitrum</c> Arbitrum's <c>NodeInterface</c>, <c>none</c> nobody.
    /// </summary>
    public string DataFees { get; set; } = "none";

    /// <summary>What is reserved for data, in percent of what the chain says: it may rise before the transaction is mined.</summary>
    public int DataFeePercent { get; set; } = 150;

    /// <summary>
    /// The least gas put on top of every limit on a chain that charges for data in gas (Arbitrum); all of it where the chain is not asked
    /// or does not answer. What is not used is not paid. 0 elsewhere.
    /// </summary>
    public long DataGas { get; set; }

    /// <summary>
    /// The least wei that a signer must hold for each transaction beside its gas, on a chain that charges for data apart (OP stack); decimal. All of
    /// it where the chain is not asked or does not answer: then take the most that <c>l1_fee</c> of the ledger shows, times two or three. 0 elsewhere.
    /// </summary>
    public Wei DataFeeWei { get; set; }
}

/// <summary>How requests that come at the same time share transactions, bound from <c>Chains:{name}:Batching</c>.</summary>
public sealed class BatchingOptions
{
    /// <summary>The most requests in one transaction; 1 gives each its own.</summary>
    public int MaxRequests { get; set; } = 48;

    /// <summary>The most gas that a transaction of several may ask for; at most 2^24 (EIP-7825), and well below the chain's block.</summary>
    public long MaxGas { get; set; } = 10_000_000;
}

/// <summary>What is sponsored, bound from <c>Chains:{name}:Policy</c>. Empty means nothing.</summary>
public sealed class PolicyOptions
{
    /// <summary>The contracts and functions users may call.</summary>
    public IList<TargetOptions> Targets { get; init; } = [];

    /// <summary>The contract that admits users.</summary>
    public AdmissionCallOptions Admission { get; init; } = new();

    /// <summary>The service that approves requests.</summary>
    public ApprovalOptions Approval { get; init; } = new();

    /// <summary>The most gas a request may ask for its inner call.</summary>
    public long MaxGas { get; set; } = 2_000_000;

    /// <summary>The most wei a request may carry; decimal. The relayer would pay it.</summary>
    public Wei MaxValueWei { get; set; }

    /// <summary>
    /// The most bytes of calldata in one request, where the target's entry does not say otherwise. An order of Perps has 228, a token's permit
    /// too, a multicall of three such calls about 1,100; each byte costs up to 40 gas.
    /// </summary>
    public int MaxDataBytes { get; set; } = 4 * 1024;

    /// <summary>A deadline nearer than this is refused: the request would expire on its way.</summary>
    public TimeSpan MinDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A deadline farther than this is refused: the signature would lie about for too long.</summary>
    public TimeSpan MaxDeadline { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a request without a deadline is tried for. Its signature stays usable until its nonce is spent.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Requests accepted from one user in one minute; one more is refused as <c>quota_exceeded</c>.</summary>
    public int RelaysPerMinute { get; set; } = 30;

    /// <summary>
    /// Requests of one user under way at once: each is simulated as if those before it had not been posted, so the later ones may fail on chain.
    /// Known callers may have any number.
    /// </summary>
    public int MaxUnderWay { get; set; } = 16;

    /// <summary>
    /// Gas that is paid for one user in one day (UTC), transaction and data included: the outer limit of each request sent alone. The default
    /// is some 200 requests of 100,000 gas, or 40 of 800,000.
    /// </summary>
    public long GasPerDay { get; set; } = 40_000_000;
}

/// <summary>
/// A contract users may call and functions of it, bound from <c>Chains:{name}:Policy:Targets:N</c>. Functions with limits of their own stand in an
/// entry of their own, with the same address.
/// </summary>
public sealed class TargetOptions
{
    /// <summary>The contract's address.</summary>
    public Address? Address { get; set; }

    /// <summary>
    /// Functions allowed: a signature such as <c>increment()</c>, a selector such as <c>0xd09de08a</c>, or <c>*</c> for all that no other entry
    /// names. Arguments are only checked where a signature says what they are.
    /// </summary>
    public IList<string> Functions { get; init; } = [];

    /// <summary>
    /// Says yes to a target through which users reach more than its functions say: <c>*</c>, a forwarder or a multicall. Such a target is refused without it.
    /// </summary>
    public bool AllowAnyCall { get; set; }

    /// <summary>The most bytes of calldata for these functions, at most 122,880; left out: the policy's <c>MaxDataBytes</c>.</summary>
    public int? MaxDataBytes { get; set; }

    /// <summary>
    /// <c>canonical</c> refuses calldata that is not the one encoding of its arguments, such as with junk behind them. <c>any</c> is for
    /// contracts that want another, and for those that are named by a selector.
    /// </summary>
    public string Encoding { get; set; } = "canonical";

    /// <summary>
    /// Who may have them relayed: <c>any</c>; <c>known</c>, which are API clients and users that a contract or an operator's list admits; or <c>clients</c>.
    /// </summary>
    public string Callers { get; set; } = "any";

    /// <summary>Wei that relays to these functions together may cost in an hour (UTC); decimal, or <c>none</c>, which it is when left out.</summary>
    public string HourWei { get; set; } = "";

    /// <summary>The same in a day (UTC).</summary>
    public string DayWei { get; set; } = "";
}
