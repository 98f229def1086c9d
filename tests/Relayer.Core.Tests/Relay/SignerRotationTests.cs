using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Batching;

namespace Relayer.Core.Tests.Relay;

public sealed class SignerRotationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SignerRotation.Size)]
    public void Few_are_all_looked_at(int count)
    {
        var signers = Signers(count);
        Assert.Same(signers, new SignerRotation().Next(signers));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(32)]
    public void Of_many_each_has_its_turn_equally_often(int count)
    {
        var (signers, rota) = (Signers(count), new SignerRotation());
        var turns = Enumerable.Range(0, count * 8).Select(_ => rota.Next(signers)).ToArray();
        Assert.All(turns, turn => Assert.Equal(SignerRotation.Size, turn.Distinct().Count()));
        Assert.All(turns.SelectMany(turn => turn).GroupBy(signer => signer), times => Assert.Equal(8 * SignerRotation.Size, times.Count()));
        Assert.Equal(count, turns.SelectMany(turn => turn).Distinct().Count());
    }

    private static Address[] Signers(int count) => [.. Enumerable.Range(1, count).Select(i => Address.Parse($"0x{i:x40}"))];
}
