namespace Relayer.Core.Ethereum;

/// <summary>A known case that an implementation must reproduce before it is trusted with a key.</summary>
/// <remarks>Source: the example of EIP-155, whose key is public.</remarks>
internal static class Secp256k1SelfTest
{
    internal static bool Passes(ISecp256k1 curve)
    {
        Span<byte> key = stackalloc byte[32];
        key.Fill(0x46);
        var digest = Hash32.Parse("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
        var expected = new Signature(
            UInt256.Parse("0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"),
            UInt256.Parse("0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"),
            0);
        var account = Address.Parse("0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F");
        return curve.Sign(key, digest) == expected
            && curve.AddressOf(key) == account
            && curve.TryRecover(digest, expected, out var recovered) && recovered == account;
    }
}
