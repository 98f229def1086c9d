using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Rlp;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Tests.Ethereum.Tx;

public sealed class TransactionTests
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)0x46, 32)];

    [Fact]
    public void The_example_of_EIP_155_comes_out()
    {
        var transaction = new UnsignedTransaction(
            new ChainId(1), 9, Address.Parse("0x3535353535353535353535353535353535353535"), new Wei(1_000_000_000_000_000_000UL),
            21_000, ReadOnlyMemory<byte>.Empty, new TransactionFees.Legacy(Wei.FromGwei(20)));
        Assert.Equal("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", transaction.SigningDigest().ToString());

        var signed = transaction.Sign(Secp256k1.Default.Sign(Key, transaction.SigningDigest()));
        Assert.Equal(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Hex.Encode(signed.Raw.Span));
    }

    [Fact]
    public void Dynamic_fee_transactions_are_those_of_viem() => Assert.All(PrimitiveVectors.Of("dynamic", 250), AssertSame);

    [Fact]
    public void Legacy_transactions_are_those_of_viem() => Assert.All(PrimitiveVectors.Of("legacy", 250), AssertSame);

    [Fact]
    public void Any_transaction_comes_back_from_its_bytes() =>
        Prop.ForAll(Transactions().ToArbitrary(), transaction =>
        {
            var signature = Secp256k1.Default.Sign(Key, transaction.SigningDigest());
            var signed = transaction.Sign(signature);
            return SignedTransaction.TryDecode(signed.Raw.Span, out var decoded)
                && decoded.Sender == Secp256k1.Default.AddressOf(Key)
                && decoded.Signature == signature
                && decoded.Hash == signed.Hash
                && decoded.Transaction.Data.Span.SequenceEqual(transaction.Data.Span)
                && (decoded.Transaction with { Data = default }) == (transaction with { Data = default });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Truncated_and_extended_bytes_are_refused() =>
        Assert.All(Raw().Take(40), raw =>
        {
            for (var length = 0; length < raw.Length; length++)
            {
                Assert.False(SignedTransaction.TryDecode(raw.AsSpan(0, length), out _));
            }

            Assert.False(SignedTransaction.TryDecode([.. raw, 0], out _));
        });

    [Fact]
    public void Damaged_bytes_are_refused_or_are_the_only_encoding_of_what_they_say()
    {
        var random = new Random(1559);
        var all = Raw().ToArray();
        var decodedSome = false;
        for (var i = 0; i < 5000; i++)
        {
            var raw = all[random.Next(all.Length)].ToArray();
            raw[random.Next(raw.Length)] ^= (byte)(1 << random.Next(8));
            if (SignedTransaction.TryDecode(raw, out var decoded))
            {
                decodedSome = true;
                Assert.Equal(raw, decoded.Transaction.Encode(decoded.Signature));
            }
        }

        Assert.True(decodedSome);
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x02")]
    [InlineData("0x02c0")]
    [InlineData("0xc0")]
    [InlineData("0x00")]
    [InlineData("0x01c0")]
    [InlineData("0x03c0")]
    [InlineData("0x04c0")]
    [InlineData("0x80")]
    public void What_is_no_transaction_is_refused(string raw) => Assert.False(SignedTransaction.TryDecode(Hex.Decode(raw), out _));

    [Fact]
    public void A_legacy_transaction_without_a_chain_id_is_refused()
    {
        // The same fields as in EIP-155's example, signed the old way: v is 27 or 28.
        Span<byte> fields = Hex.Decode("0xe9098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080");
        var signature = Secp256k1.Default.Sign(Key, Keccak256.Hash(fields));
        var items = fields[1..].ToArray();
        var payload = items.Length + 1 + RlpLength.Of(signature.R) + RlpLength.Of(signature.S);
        var raw = new byte[RlpLength.OfPayload(payload)];
        var writer = new RlpWriter(raw);
        writer.StartList(payload);
        writer.WriteRaw(items);
        writer.Write(27UL + signature.RecoveryId);
        writer.Write(signature.R);
        writer.Write(signature.S);
        Assert.False(SignedTransaction.TryDecode(raw, out _));
    }

    [Fact]
    public void A_signature_out_of_range_is_not_encoded()
    {
        var transaction = Sample();
        var good = Secp256k1.Default.Sign(Key, transaction.SigningDigest());
        Assert.Throws<ArgumentException>(() => transaction.Encode(good with { S = Secp256k1.Order - good.S }));
        Assert.Throws<ArgumentException>(() => transaction.Encode(good with { R = UInt256.Zero }));
        Assert.Throws<ArgumentException>(() => transaction.Encode(good with { RecoveryId = 27 }));
        Assert.Throws<ArgumentException>(() => transaction.Encode(default));
        Assert.Throws<OverflowException>(() => (transaction with { ChainId = new ChainId(-1) }).SigningDigest());
    }

    [Fact]
    public void Every_field_changes_the_digest()
    {
        var transaction = Sample();
        UnsignedTransaction[] variants =
        [
            transaction,
            transaction with { ChainId = new ChainId(2) },
            transaction with { Nonce = 8 },
            transaction with { To = null },
            transaction with { To = Address.Zero },
            transaction with { Value = new Wei(1) },
            transaction with { Gas = 1 },
            transaction with { Data = new byte[] { 0 } },
            transaction with { Fees = new TransactionFees.Dynamic(Wei.FromGwei(3), Wei.FromGwei(1)) },
            transaction with { Fees = new TransactionFees.Dynamic(Wei.FromGwei(2), Wei.FromGwei(2)) },
            transaction with { Fees = new TransactionFees.Legacy(Wei.FromGwei(2)) },
        ];
        Assert.Equal(variants.Length, variants.Select(each => each.SigningDigest()).Distinct().Count());
    }

    [Fact]
    public void The_highest_price_bounds_the_bill()
    {
        Assert.Equal(Wei.FromGwei(2), new TransactionFees.Dynamic(Wei.FromGwei(2), Wei.FromGwei(1)).MaxPrice);
        Assert.Equal(Wei.FromGwei(3), new TransactionFees.Legacy(Wei.FromGwei(3)).MaxPrice);
    }

    private static UnsignedTransaction Sample() => new(
        new ChainId(1), 7, Address.Parse("0x3535353535353535353535353535353535353535"), Wei.Zero, 21_000,
        ReadOnlyMemory<byte>.Empty, new TransactionFees.Dynamic(Wei.FromGwei(2), Wei.FromGwei(1)));

    private static IEnumerable<byte[]> Raw() =>
        PrimitiveVectors.Of("dynamic", 250).Zip(PrimitiveVectors.Of("legacy", 250))
            .SelectMany(pair => new[] { pair.First.Bytes("raw"), pair.Second.Bytes("raw") });

    private static void AssertSame(JsonElement json)
    {
        var transaction = Read(json);
        var signed = transaction.Sign(Secp256k1.Default.Sign(json.Bytes("key"), transaction.SigningDigest()));
        Assert.Equal(json.Text("raw"), Hex.Encode(signed.Raw.Span));
        Assert.Equal(json.Text("hash"), signed.Hash.ToString());

        Assert.True(SignedTransaction.TryDecode(json.Bytes("raw"), out var decoded));
        Assert.Equal(json.Text("from"), decoded.Sender.ToString());
        Assert.Equal(json.Text("hash"), decoded.Hash.ToString());
        Assert.Equal(transaction with { Data = default }, decoded.Transaction with { Data = default });
        Assert.Equal(transaction.Data.ToArray(), decoded.Transaction.Data.ToArray());
    }

    private static UnsignedTransaction Read(JsonElement json)
    {
        var to = json.GetProperty("to").GetString();
        return new UnsignedTransaction(
            new ChainId((long)(ulong)json.Number("chainId")),
            (ulong)json.Number("nonce"),
            to is null ? null : Address.Parse(to),
            new Wei(json.Number("value")),
            (ulong)json.Number("gas"),
            json.Bytes("data"),
            json.Text("type") == "legacy"
                ? new TransactionFees.Legacy(new Wei(json.Number("gasPrice")))
                : new TransactionFees.Dynamic(new Wei(json.Number("maxFeePerGas")), new Wei(json.Number("maxPriorityFeePerGas"))));
    }

    private static Gen<UnsignedTransaction> Transactions()
    {
        var words = Gen.Choose(0, 32).SelectMany(size => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(size))
            .Select(bytes => new Wei(UInt256.From(new System.Numerics.BigInteger(bytes, isUnsigned: true))));
        var longs = ArbMap.Default.GeneratorFor<ulong>();
        var accounts = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(20).Select(bytes => (Address?)new Address(bytes));
        var fees = Gen.OneOf(
            words.Two().Select(pair => (TransactionFees)new TransactionFees.Dynamic(pair.Item1, pair.Item2)),
            words.Select(price => (TransactionFees)new TransactionFees.Legacy(price)));
        var data = Gen.OneOf(Gen.Choose(0, 60), Gen.Constant(255), Gen.Constant(3000))
            .SelectMany(size => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(size));
        return from chain in Gen.OneOf(Gen.Choose(1, 100_000).Select(n => (long)n), Gen.Constant(long.MaxValue))
               from nonce in longs
               from to in Gen.OneOf(accounts, Gen.Constant<Address?>(null))
               from value in words
               from gas in longs
               from input in data
               from fee in fees
               select new UnsignedTransaction(new ChainId(chain), nonce, to, value, gas, input, fee);
    }
}
