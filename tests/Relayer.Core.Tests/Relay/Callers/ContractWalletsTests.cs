using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Tests.Relay.Callers;

/// <summary>Accounts are looked at when a signature was refused, and what anybody can cost by that is bounded.</summary>
public sealed class ContractWalletsTests
{
    private static readonly ChainId Chain = new(1);
    private static readonly Refusal Mismatch = new(RefusalCode.SignatureMismatch, "not theirs");
    private readonly MovableTimestamps _time = new();
    private readonly ChainStub _chain = ChainStub.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0x", false)]
    [InlineData("0xef0100fb6916095ca1df60bb79ce92ce3ea74c37c5d359", false)] // A key's account that delegates: EIP-7702.
    [InlineData("0xef0100fb6916095ca1df60bb79ce92ce3ea74c37c5d35900", true)]
    [InlineData("0xef0200fb6916095ca1df60bb79ce92ce3ea74c37c5d359", true)]
    [InlineData("0x00", true)]
    [InlineData("0x6080604052", true)]
    public async Task A_contract_is_told_apart_from_an_account_with_a_key(string code, bool isContract)
    {
        _chain.Code = Hex.Decode(code);
        var refusal = await ExplainAsync(Account(1));

        Assert.Equal(isContract ? RefusalCode.ContractWalletUnsupported : RefusalCode.SignatureMismatch, refusal.Code);
    }

    [Fact]
    public async Task What_was_seen_is_remembered_for_a_while()
    {
        _chain.Code = [0x60];
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(RefusalCode.ContractWalletUnsupported, (await ExplainAsync(Account(1))).Code);
        }

        Assert.Equal(1, _chain.Asked);
        _chain.Code = [];
        _time.Advance(ContractWallets.GoodFor);
        Assert.Equal(RefusalCode.SignatureMismatch, (await ExplainAsync(Account(1))).Code);
    }

    [Fact]
    public async Task Of_many_accounts_a_few_in_a_second_are_looked_at()
    {
        _chain.Code = [0x60];
        var wallets = new ContractWallets(_chain, _time);
        for (byte second = 1; second <= 3; second++)
        {
            for (byte i = 0; i < 50; i++)
            {
                await wallets.ExplainAsync(Mismatch, Chain, Account((byte)(second * 60 + i)), Cancellation);
            }

            Assert.Equal(second * ContractWallets.MostLooks, _chain.Asked);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task While_the_chain_is_silent_the_refusal_stays_as_it_was()
    {
        var silent = new SilentChain();
        Assert.Same(Mismatch, await new ContractWallets(silent, _time).ExplainAsync(Mismatch, Chain, Account(1), Cancellation));
        Assert.Equal(1, silent.Asked);
    }

    private static Address Account(byte number) => new([.. new byte[19], number]);

    private Task<Refusal> ExplainAsync(Address account) => (_wallets ??= new ContractWallets(_chain, _time)).ExplainAsync(Mismatch, Chain, account, Cancellation);

    private ContractWallets? _wallets;

    /// <summary>A clock that stands still until a test moves it.</summary>
    private sealed class MovableTimestamps : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }

    private sealed class SilentChain : Relayer.Core.Providers.IChainClientFactory
    {
        public int Asked { get; private set; }

        public Relayer.Core.Providers.IChainClient Get(ChainId chainId)
        {
            Asked++;
            throw new Relayer.Core.Providers.ChainUnavailableException(chainId, "nobody answers");
        }
    }
}
