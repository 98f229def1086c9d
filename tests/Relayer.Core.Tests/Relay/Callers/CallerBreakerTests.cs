using DevChain;
using Microsoft.Extensions.Logging.Abstractions;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Tests.Relay.Callers;

/// <summary>A service or a contract that fails again and again makes nobody wait, and is asked again.</summary>
public sealed class CallerBreakerTests
{
    private readonly Clock _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("deny")]
    [InlineData("allow")]
    public async Task An_approval_service_that_fails_in_a_row_is_asked_once_a_pause_until_it_answers(string onFailure)
    {
        var (asked, status) = (0, 500);
        await using var service = new LoopbackServer(context =>
        {
            Interlocked.Increment(ref asked);
            return LoopbackServer.Status(status)(context);
        });
        await service.StartAsync(Cancellation);
        using var approvals = new Approvals(new NoSecrets(), _time, NullLogger<Approvals>.Instance);
        var policy = RelayPolicy.From(new PolicyOptions
        {
            Targets = { new TargetOptions { Address = Samples.Target, Functions = { "increment()" } } },
            Approval =
            {
                Url = service.Url + "/ask", Key = "approvals-key-of-these-tests-4f1c-9d", Timeout = TimeSpan.FromMinutes(1), OnFailure = onFailure,
            },
        });
        var candidate = Samples.Candidate(policy: policy);

        for (var i = 0; i < Approvals.FailuresInARow; i++)
        {
            AssertUnanswered(await AskAsync(), Approvals.Pause);
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        AssertUnanswered(await AskAsync(), Approvals.Pause - TimeSpan.FromSeconds(2));
        Assert.Equal(Approvals.FailuresInARow, asked);

        // One finds out; the others do not wait for it.
        _time.Advance(Approvals.Pause);
        AssertUnanswered(await AskAsync(), Approvals.Pause);
        AssertUnanswered(await AskAsync(), Approvals.Pause);
        Assert.Equal(Approvals.FailuresInARow + 1, asked);

        // A no is an answer.
        (_, status) = (_time.Advance(Approvals.Pause), 403);
        Assert.Equal(RefusalCode.NotApproved, (await AskAsync())?.Code);
        status = 204;
        Assert.Null(await AskAsync());
        Assert.Equal(Approvals.FailuresInARow + 3, asked);

        Task<Refusal?> AskAsync() => approvals.AskAsync(candidate, isSimulation: false, Cancellation);

        void AssertUnanswered(Refusal? refusal, TimeSpan retryAfter) => Assert.Equal(
            onFailure == "allow" ? (null, null) : (RefusalCode.ApprovalUnavailable, retryAfter), (refusal?.Code, refusal?.RetryAfter));
    }

    [Fact]
    public async Task A_chain_that_is_silent_in_a_row_is_asked_whom_it_admits_once_a_pause_until_it_answers()
    {
        var chains = ChainStub.Create();
        var calls = new AdmissionCalls(chains, _time);
        var call = AdmissionCall.From(new AdmissionCallOptions { Contract = Samples.Contract, Function = "isAccount(address)" })!;

        for (var i = 0; i < AdmissionCalls.FailuresInARow + 5; i++)
        {
            Assert.Null(await FindAsync());
        }

        Assert.Equal(AdmissionCalls.FailuresInARow, chains.Asked);
        _time.Advance(AdmissionCalls.Pause);
        Assert.Equal((null, null), (await FindAsync(), await FindAsync()));
        Assert.Equal(AdmissionCalls.FailuresInARow + 1, chains.Asked);

        // Other chains have not failed.
        Assert.Null(await calls.FindAsync(new ChainId(10), call, Samples.Target, Cancellation));
        Assert.Equal(AdmissionCalls.FailuresInARow + 2, chains.Asked);

        // Junk is an answer to this, though it admits nobody.
        _time.Advance(AdmissionCalls.Pause);
        chains.Answer = Hex.Decode("0x01");
        Assert.Null(await FindAsync());
        chains.Answer = new byte[32];
        Assert.False(await FindAsync());
        Assert.Equal(AdmissionCalls.FailuresInARow + 4, chains.Asked);

        async Task<bool?> FindAsync() => await calls.FindAsync(new ChainId(1), call, Samples.Target, Cancellation);
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> GetAsync(string name, CancellationToken cancellation) => throw new SecretUnavailableException("there is no vault");
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public long Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }
}
