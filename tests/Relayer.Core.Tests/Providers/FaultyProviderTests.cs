using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using DevChain;
using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Telemetry;

namespace Relayer.Core.Tests.Providers;

/// <summary>Providers that fail, and when they are asked again.</summary>
public sealed class FaultyProviderTests : TwoNodesTests
{
    /// <summary>What a node that does not answer costs a test.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [Theory]
    [MemberData(nameof(Misbehaviour.Names), MemberType = typeof(Misbehaviour))]
    public async Task A_faulty_provider_is_passed_over_and_left_alone_for_a_while(string fault)
    {
        await Misbehaviour.BefallAsync(First, fault, Second);
        var client = Connect(TimeoutFor(fault), First.Url, Second.Url);
        Second.Answer = (_, _) => "0x7";

        Assert.Equal([new Wei(7), new Wei(7)], await client.ReadBalancesAsync([AccountOf(1), AccountOf(2)], Cancellation));
        var askedBefore = First.Bodies.Count;
        Assert.Equal([new Wei(7)], await client.ReadBalancesAsync([AccountOf(1)], Cancellation));

        Assert.Equal(askedBefore, First.Bodies.Count);
        Assert.Contains("Warning 2001", Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Misbehaviour.Names), MemberType = typeof(Misbehaviour))]
    public async Task With_no_other_provider_the_chain_is_unavailable_and_nothing_secret_is_said(string fault)
    {
        await Misbehaviour.BefallAsync(First, fault, Second);
        var client = Connect(TimeoutFor(fault), First.Url);

        var exception = await Assert.ThrowsAsync<ChainUnavailableException>(
            () => client.ReadBalancesAsync([AccountOf(1), AccountOf(2)], Cancellation));

        Assert.Equal(Chain, exception.ChainId);
        Assert.Contains(new Uri(First.Url).Authority, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(NodeStandIn.SecretPath, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_after_is_honoured_even_when_there_is_nobody_else()
    {
        var time = new MovableTime();
        var client = Connect(time, First.Url);
        First.Misbehave = NodeStandIn.Status(429, "20");
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadHeadAsync(Cancellation));
        First.Misbehave = null;

        time.Advance(TimeSpan.FromSeconds(19));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        Assert.Single(First.Bodies);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task Retry_after_may_be_a_date()
    {
        var time = new MovableTime();
        var client = Connect(time, First.Url);
        First.Misbehave = NodeStandIn.Status(503, time.GetUtcNow().AddSeconds(40).ToString("R", CultureInfo.InvariantCulture));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadHeadAsync(Cancellation));
        First.Misbehave = null;

        time.Advance(TimeSpan.FromSeconds(38));
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
    }

    [Fact]
    public async Task The_only_provider_is_asked_again_at_once_when_it_named_no_time()
    {
        var client = Connect(First.Url);
        First.Misbehave = NodeStandIn.Status(500);
        await Assert.ThrowsAsync<ChainUnavailableException>(() => client.ReadBalancesAsync([Account], Cancellation));
        First.Misbehave = null;

        Assert.Single(await client.ReadBalancesAsync([Account], Cancellation));
        Assert.Contains("Information 2003", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_preferred_provider_is_preferred_again_once_it_has_cooled()
    {
        var time = new MovableTime();
        var client = Connect(time, First.Url, Second.Url);
        (First.Answer, Second.Answer) = ((_, _) => "0x1", (_, _) => "0x2");
        First.Misbehave = NodeStandIn.Status(500);
        Assert.Equal([new Wei(2)], await client.ReadBalancesAsync([Account], Cancellation));
        First.Misbehave = null;

        // It is tried beside the traffic; nobody waits for that.
        time.Advance(TimeSpan.FromSeconds(1));
        while ((await client.ReadBalancesAsync([Account], Cancellation))[0] != new Wei(1))
        {
            await Task.Delay(10, Cancellation);
        }
    }

    [Fact]
    public async Task A_provider_of_another_chain_is_never_used_not_even_alone()
    {
        First.ChainId = 5;
        var client = Connect(First.Url);

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ChainUnavailableException>(() => client.SendRawAsync([new byte[] { 1 }], Cancellation));
        }

        Assert.Empty(First.Bodies);
        Assert.Contains("serves chain 5, not 31337", Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_first_provider_costs_many_callers_one_wait_not_one_each()
    {
        First.Misbehave = (context, _) => First.HangAsync(context);
        var client = Connect(Short, First.Url, Second.Url);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.ReadBalancesAsync([Account], Cancellation)));
        var asked = First.Bodies.Count;
        await client.ReadBalancesAsync([Account], Cancellation);

        Assert.InRange(asked, 1, 50);
        Assert.Equal(asked, First.Bodies.Count);
    }

    [Fact]
    public async Task Faults_are_counted_by_chain_provider_and_kind_and_spans_name_the_host_alone()
    {
        var counted = new ConcurrentQueue<Dictionary<string, object?>>();
        using var meters = new MeterListener();
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Enqueue(new(tags.ToArray())));
        meters.EnableMeasurementEvents(RelayerMetrics.ProviderErrors);
        meters.Start();
        var spans = new ConcurrentQueue<string>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RelayerMetrics.Name or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Enqueue(string.Join(' ', span.TagObjects.Append(new("name", span.OperationName)))),
        };
        ActivitySource.AddActivityListener(activities);
        First.Misbehave = NodeStandIn.Status(429, "10");

        await Assert.ThrowsAsync<ChainUnavailableException>(() => Connect(First.Url).ReadHeadAsync(Cancellation));

        var tags = Assert.Single(counted, tags => Equals(tags["provider"], new Uri(First.Url).Authority));
        Assert.Equal((Chain.Value, (object)"RateLimited"), (tags["chain"], tags["kind"]));
        Assert.Contains(spans, span => span.Contains("eth_getBlockByNumber", StringComparison.Ordinal));
        Assert.DoesNotContain(spans, span => span.Contains(NodeStandIn.SecretPath, StringComparison.Ordinal));
    }

    private static TimeSpan TimeoutFor(string fault) => fault == Misbehaviour.Slow ? Short : Ample;
}
