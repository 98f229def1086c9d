using System.Numerics;
using Nethereum.Model;
using Nethereum.RLP;
using Nethereum.Signer;
using Nethereum.Util;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Tests.Ethereum.Rlp;
using TheirTransaction = Nethereum.Model.SignedTransaction;

namespace Relayer.Core.Tests.Ethereum;

/// <summary>What we compute ourselves for its speed, Nethereum computes the same: an implementation that shares nothing with ours.</summary>
/// <remarks>
/// <c>EthECKey.SignRecoverable</c> is never touched: it is one switch for the whole process, and keys with a leading zero byte throw with it.
/// </remarks>
public sealed class NethereumOracleTests
{
    private readonly Random _random = new(6100);

    [Fact]
    public void Keccak_is_the_same()
    {
        for (var length = 0; length < 600; length++)
        {
            var bytes = Bytes(length);
            Assert.Equal(Sha3Keccack.Current.CalculateHash(bytes), Keccak256.Hash(bytes).ToArray());
        }
    }

    [Fact]
    public void RLP_is_the_same_both_ways()
    {
        for (var i = 0; i < 500; i++)
        {
            var tree = Tree(4);
            var encoded = tree.Encode();

            Assert.Equal(Encode(tree), encoded);
            Assert.True(RlpTree.TryDecode(encoded, out var decoded, out _));
            Assert.True(Read(RLP.Decode(encoded)).Same(decoded));
        }
    }

    [Fact]
    public void Addresses_and_their_checksums_are_the_same()
    {
        for (var i = 0; i < 150; i++)
        {
            var key = Key(i);
            Assert.Equal(new EthECKey(key, true).GetPublicAddress(), Secp256k1.Default.AddressOf(key).ToString());
            var address = new Address(Bytes(Address.Size));
            Assert.Equal(AddressUtil.Current.ConvertToChecksumAddress(address.ToArray()), address.ToString());
        }
    }

    [Fact]
    public void Signatures_are_the_same_to_the_byte_and_recover_to_the_same_signer()
    {
        for (var i = 0; i < 100; i++)
        {
            var (key, digest) = (Key(i), new Hash32(Bytes(Hash32.Size)));
            var ours = Secp256k1.Default.Sign(key, digest);
            var theirs = new EthECKey(key, true).SignAndCalculateV(digest.ToArray());

            Assert.Equal(Number(theirs.R), ours.R);
            Assert.Equal(Number(theirs.S), ours.S);
            Assert.Equal(theirs.V[0] - 27, ours.RecoveryId);
            Assert.True(Secp256k1.Default.TryRecover(digest, ours, out var signer));
            Assert.Equal(EthECKey.RecoverFromSignature(theirs, digest.ToArray()).GetPublicAddress(), signer.ToString());
        }
    }

    [Fact]
    public void Whoever_made_a_signature_up_is_the_same_signer()
    {
        for (var i = 0; i < 150; i++)
        {
            var digest = new Hash32(Bytes(Hash32.Size));
            var made = new Core.Ethereum.Signature(Number(Bytes(32)) % Secp256k1.Order, Number(Bytes(31)), (byte)_random.Next(2));
            var signature = EthECDSASignatureFactory.FromComponents(Word(made.R), Word(made.S), (byte)(27 + made.RecoveryId));
            if (Secp256k1.Default.TryRecover(digest, made, out var signer))
            {
                Assert.Equal(EthECKey.RecoverFromSignature(signature, digest.ToArray()).GetPublicAddress(), signer.ToString());
            }
        }
    }

    [Fact]
    public void Dynamic_fee_transactions_are_the_same_to_the_byte()
    {
        for (var i = 0; i < 100; i++)
        {
            var fees = new TransactionFees.Dynamic(Gwei(), Gwei());
            var ours = Transaction(fees);
            var dynamic = new Transaction1559(
                ours.ChainId.Value, ours.Nonce, fees.MaxPriorityFee.Value.ToBigInteger(), fees.MaxFee.Value.ToBigInteger(), ours.Gas,
                ours.To.ToString(), ours.Value.Value.ToBigInteger(), Hex.Encode(ours.Data.Span), []);
            AssertSame(ours, dynamic, Key(i));
        }
    }

    [Fact]
    public void Legacy_transactions_are_the_same_to_the_byte()
    {
        for (var i = 0; i < 100; i++)
        {
            var ours = Transaction(new TransactionFees.Legacy(Gwei()));
            var legacy = new LegacyTransactionChainId(
                ours.To.ToString(), ours.Value.Value.ToBigInteger(), ours.Nonce, ours.Fees.MaxPrice.Value.ToBigInteger(), ours.Gas,
                Hex.Encode(ours.Data.Span), ours.ChainId.Value);
            AssertSame(ours, legacy, Key(i));
        }
    }

    /// <summary>What is signed is the same; and what was signed, decoded and encoded by Nethereum, has the same bytes, hash and sender.</summary>
    private static void AssertSame(UnsignedTransaction ours, TheirTransaction theirs, byte[] key)
    {
        Assert.Equal(theirs.RawHash, ours.SigningDigest().ToArray());
        var signed = ours.Sign(Secp256k1.Default.Sign(key, ours.SigningDigest()));
        var read = TransactionFactory.CreateTransaction(signed.Raw.ToArray());

        Assert.Equal(read.GetRLPEncoded(), signed.Raw.ToArray());
        Assert.Equal(read.Hash, signed.Hash.ToArray());
        Assert.Equal(read.GetSenderAddress(), Secp256k1.Default.AddressOf(key).ToString());
    }

    private UnsignedTransaction Transaction(TransactionFees fees) => new(
        new ChainId(1 + _random.Next(1_000_000)), (ulong)_random.NextInt64(1 << _random.Next(1, 30)), new Address(Bytes(Address.Size)),
        new Wei(Number(Bytes(_random.Next(12)))), (ulong)_random.Next(21_000, 30_000_000), Bytes(_random.Next(300)), fees);

    private Wei Gwei() => Wei.FromGwei((ulong)_random.Next(1, 1_000));

    private RlpTree Tree(int depth) => depth == 0 || _random.Next(3) == 0
        ? RlpTree.Of(Bytes(_random.Next(5) switch { 0 => 0, 1 => 1, 2 => _random.Next(70), _ => _random.Next(8) }))
        : RlpTree.List([.. Enumerable.Range(0, _random.Next(5)).Select(_ => Tree(depth - 1))]);

    private static byte[] Encode(RlpTree tree) => tree.Items is { } items
        ? RLP.EncodeList([.. items.Select(Encode)])
        : RLP.EncodeElement(tree.Bytes);

    private static RlpTree Read(IRLPElement element) => element is RLPCollection items
        ? RlpTree.List([.. items.Select(Read)])
        : RlpTree.Of(element.RLPData ?? []);

    /// <summary>Every fourth has a leading zero byte, as one in 256 has.</summary>
    private byte[] Key(int index)
    {
        var key = Bytes(32);
        key[0] = index % 4 == 0 ? (byte)0 : (byte)(key[0] & 0x7f);
        return key;
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static UInt256 Number(byte[] bytes) => UInt256.From(new BigInteger(bytes, isUnsigned: true, isBigEndian: true));

    private static byte[] Word(UInt256 number)
    {
        var word = new byte[32];
        number.WriteBigEndian(word);
        return word;
    }
}
