using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Primitives;

/// <summary>The work that is measured: a user's request of some 100 bytes, and the transaction of some 500 that carries it.</summary>
public sealed class Subject
{
    private readonly ISecp256k1 _curve;
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _word = new byte[32];
    private readonly OpenZeppelinForwarder _forwarder =
        new(new ChainId(31337), Address.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"), "Forwarder");
    private readonly Signature _signature;
    private readonly Hash32 _digest;
    private readonly ForwardRequest _request;
    private UnsignedTransaction _transaction;

    public Subject(ISecp256k1 curve)
    {
        _curve = curve;
        Array.Fill(_key, (byte)0x46);
        _request = new ForwardRequest(
            curve.AddressOf(_key), Address.Parse("0x3535353535353535353535353535353535353535"), Wei.Zero, 200_000, 7, 1_790_000_000,
            new byte[100]);
        _digest = _forwarder.Digest(_request);
        _signature = curve.Sign(_key, _digest);
        _transaction = new UnsignedTransaction(
            _forwarder.ChainId, 41, _forwarder.Address, Wei.Zero, 350_000, _forwarder.EncodeExecute(_request, _signature),
            new TransactionFees.Dynamic(Wei.FromGwei(30), Wei.FromGwei(2)));
    }

    public static ISecp256k1 Native =>
        NativeSecp256k1.TryLoad() ?? throw new InvalidOperationException("libsecp256k1 does not load on this platform");

    public static ISecp256k1 Managed { get; } = new ManagedSecp256k1();

    public int DataSize => _transaction.Data.Length;

    public Hash32 HashWord() => Keccak256.Hash(_word);

    public Hash32 HashData() => Keccak256.Hash(_transaction.Data.Span);

    public Hash32 DigestRequest() => _forwarder.Digest(_request);

    /// <summary>What the relay does for each request: who signed this?</summary>
    public Address DigestAndRecover() =>
        _curve.TryRecover(_forwarder.Digest(_request), _signature, out var address) && address == _request.From
            ? address
            : throw new InvalidOperationException("recovered somebody else");

    /// <summary>What the submitter does for each transaction; the nonce moves on, so that no two are the same.</summary>
    public byte[] SignAndEncode()
    {
        _transaction = _transaction with { Nonce = _transaction.Nonce + 1 };
        return _transaction.Encode(_curve.Sign(_key, _transaction.SigningDigest()));
    }

    /// <summary>The library's own call without any of ours around it: the bound of <see cref="SignAndEncode"/>.</summary>
    public unsafe int BareSign()
    {
        NativeSecp256k1.RecoverableSignature signature;
        fixed (byte* key = _key, message = _digest.Span)
        {
            return NativeMethods.SignRecoverable(_context, &signature, message, key, 0, 0);
        }
    }

    /// <summary>The library's own call: the bound of <see cref="DigestAndRecover"/>.</summary>
    public unsafe int BareRecover()
    {
        Span<byte> compact = stackalloc byte[64];
        _signature.R.WriteBigEndian(compact);
        _signature.S.WriteBigEndian(compact[32..]);
        NativeSecp256k1.RecoverableSignature signature;
        NativeSecp256k1.PublicKey publicKey;
        fixed (byte* input = compact, message = _digest.Span)
        {
            return NativeMethods.ParseCompact(_context, &signature, input, _signature.RecoveryId)
                & NativeMethods.Recover(_context, &publicKey, &signature, message);
        }
    }

    private readonly nint _context = NativeMethods.IsPresent ? NativeMethods.CreateContext(NativeMethods.SignAndVerify) : 0;
}
