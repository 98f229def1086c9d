using NBitcoin.Secp256k1;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests.Ethereum;

public sealed class Rfc6979NonceTests
{
    [Fact]
    public void It_is_NBitcoins_nonce_at_every_attempt_for_a_digest_below_n()
    {
        var random = new Random(6979);
        var (key, message) = (new byte[32], new byte[32]);
        var (ours, theirs) = (new byte[32], new byte[32]);
        for (var i = 0; i < 200; i++)
        {
            random.NextBytes(key);
            random.NextBytes(message);
            message[0] &= 0x7f;
            for (uint attempt = 0; attempt < 4; attempt++)
            {
                Assert.True(Rfc6979Nonce.Instance.TryGetNonce(ours, message, key, default, attempt));
                Assert.True(RFC6979NonceFunction.Instance.TryGetNonce(theirs, message, key, default, attempt));
                Assert.Equal(theirs, ours);
            }
        }
    }

    [Fact]
    public void A_digest_of_n_or_more_is_reduced_as_the_RFC_says()
    {
        var (key, reduced) = (new byte[32], new byte[32]);
        var (one, other) = (new byte[32], new byte[32]);
        (key[0], reduced[31]) = (7, 3);
        var message = new byte[32];
        (Secp256k1.Order + 3).WriteBigEndian(message);
        Assert.True(Rfc6979Nonce.Instance.TryGetNonce(one, message, key, default, 0));
        Assert.True(Rfc6979Nonce.Instance.TryGetNonce(other, reduced, key, default, 0));
        Assert.Equal(other, one);
    }
}
