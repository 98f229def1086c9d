using Relayer.Core.Ethereum;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Tests.Relay.Forwarders;

public sealed class OuterGasTests
{
    private static readonly Address Somebody = Address.Parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    private static readonly OpenZeppelinForwarder Forwarder = new(new ChainId(1), Somebody, "ERC2771Forwarder");
    private static readonly ForwardRequest Request = new(Somebody, Somebody, Wei.Zero, 0, 0, 0, default);

    [Theory]
    [InlineData(0, 0, 21_000, 21_000)]
    [InlineData(1, 0, 21_004, 21_010)]
    [InlineData(0, 1, 21_016, 21_040)]
    [InlineData(100, 200, 24_600, 30_000)]
    public void Calldata_costs_what_the_EIPs_say(int zeros, int others, ulong intrinsic, ulong floor)
    {
        byte[] calldata = [.. new byte[zeros], .. Enumerable.Repeat((byte)7, others)];

        Assert.Equal(intrinsic, OuterGas.Intrinsic(calldata));
        Assert.Equal(floor, OuterGas.Floor(calldata));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(62, 63)]
    [InlineData(63, 64)]
    [InlineData(64, 66)]
    [InlineData(1_000_000, 1_015_874)]
    public void The_inner_gas_comes_with_the_64th_that_the_chain_keeps_back_rounded_up(ulong gas, ulong granted) =>
        Assert.Equal(granted, For(Request with { Gas = gas }) - For(Request));

    [Fact]
    public void After_the_chain_kept_its_64th_the_inner_call_gets_all_it_asked_for_and_the_check_passes()
    {
        var random = new Random(63);
        for (var i = 0; i < 100_000; i++)
        {
            var gas = (ulong)random.NextInt64(i % 2 == 0 ? 5_000 : 30_000_000);
            var atCall = For(Request with { Gas = gas }) - For(Request);

            Assert.True(atCall - (atCall / 64) >= gas);
            Assert.True(atCall - gas >= gas / 63);
        }
    }

    [Fact]
    public void A_long_calldata_is_held_to_its_floor()
    {
        var calldata = Enumerable.Repeat((byte)1, 100_000).ToArray();

        Assert.Equal(21_000UL + (40 * 100_000), OuterGas.For(Forwarder, [Request], calldata));
    }

    [Fact]
    public void Every_request_of_a_batch_is_granted_its_own()
    {
        var two = OuterGas.For(Forwarder, [Request with { Gas = 100_000 }, Request with { Gas = 63_000 }], []);
        var one = OuterGas.For(Forwarder, [Request with { Gas = 100_000 }], []);

        Assert.True(two >= one + 64_000 + Forwarder.Overhead.PerRequest);
    }

    [Fact]
    public void Value_and_data_are_counted()
    {
        Assert.True(For(Request with { Value = new Wei(1) }) >= For(Request) + 36_600);
        Assert.True(For(Request with { Data = new byte[3200] }) >= For(Request) + (100 * Forwarder.Overhead.PerDataWord));
    }

    [Fact]
    public void A_gas_that_no_block_holds_does_not_overflow()
    {
        var endless = Request with { Gas = ulong.MaxValue };

        Assert.Equal(ulong.MaxValue, OuterGas.For(Forwarder, [endless, endless], []));
    }

    private static ulong For(ForwardRequest request) => OuterGas.For(Forwarder, [request], []);
}
