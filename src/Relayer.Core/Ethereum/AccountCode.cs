namespace Relayer.Core.Ethereum;

/// <summary>What an account's code makes of it.</summary>
public static class AccountCode
{
    private const int DelegationSize = 3 + Address.Size;

    // EIP-7702: the code of an account that delegates is 0xef0100 and an address. Its key signs as before.
    private static ReadOnlySpan<byte> Delegation => [0xef, 0x01, 0x00];

    /// <summary>Whose code an account with a key runs; <see langword="null"/> for one without code, and for a contract.</summary>
    public static Address? DelegateOf(ReadOnlySpan<byte> code) =>
        code.Length == DelegationSize && code.StartsWith(Delegation) ? new Address(code[Delegation.Length..]) : null;

    /// <summary>Whether code is that of a contract, rather than none, or the delegation of an account with a key.</summary>
    public static bool IsContract(ReadOnlySpan<byte> code) => code.Length > 0 && DelegateOf(code) is null;
}
