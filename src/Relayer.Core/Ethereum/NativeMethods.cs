using System.Runtime.InteropServices;
using static Relayer.Core.Ethereum.NativeSecp256k1;

namespace Relayer.Core.Ethereum;

/// <summary>The functions of <c>libsecp256k1</c> that are used, as its headers <c>secp256k1.h</c> and <c>secp256k1_recovery.h</c> have them.</summary>
/// <remarks>Their signatures are the same in the sonames 0, 1 and 2. Each answers 1 for yes.</remarks>
internal static unsafe partial class NativeMethods
{
    /// <summary><c>SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY</c>: needed by soname 0, harmless later.</summary>
    internal const uint SignAndVerify = 0x301;

    /// <summary><c>SECP256K1_EC_UNCOMPRESSED</c>.</summary>
    internal const uint Uncompressed = 2;

    private const string Library = "libsecp256k1";
    private static readonly nint Handle = Probe();

    /// <summary>True when a library with every function was found.</summary>
    internal static bool IsPresent => Handle != 0;

    [LibraryImport(Library, EntryPoint = "secp256k1_context_create")]
    internal static partial nint CreateContext(uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_destroy")]
    internal static partial void DestroyContext(nint context);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_randomize")]
    internal static partial int RandomizeContext(nint context, byte* seed32);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_seckey_verify")]
    internal static partial int VerifyKey(nint context, byte* key32);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_create")]
    internal static partial int CreatePublicKey(nint context, PublicKey* publicKey, byte* key32);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    internal static partial int SerializePublicKey(nint context, byte* output, nuint* size, PublicKey* publicKey, uint flags);

    /// <summary>A null nonce function is the library's RFC 6979 with SHA-256; s comes out low.</summary>
    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    internal static partial int SignRecoverable(
        nint context, RecoverableSignature* signature, byte* message32, byte* key32, nint nonceFunction, nint nonceData);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    internal static partial int SerializeCompact(nint context, byte* output64, int* recoveryId, RecoverableSignature* signature);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact")]
    internal static partial int ParseCompact(nint context, RecoverableSignature* signature, byte* input64, int recoveryId);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recover")]
    internal static partial int Recover(nint context, PublicKey* publicKey, RecoverableSignature* signature, byte* message32);

    private static nint Probe()
    {
        // Distributions name the file by soname and leave the plain name to the development package.
        ReadOnlySpan<string> names =
        [
            "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.0", "libsecp256k1.so",
            "libsecp256k1.dylib", "libsecp256k1-2.dll", "libsecp256k1.dll", "secp256k1.dll",
        ];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, typeof(NativeMethods).Assembly, null, out var handle))
            {
                if (NativeLibrary.TryGetExport(handle, "secp256k1_ecdsa_recover", out _))
                {
                    NativeLibrary.SetDllImportResolver(
                        typeof(NativeMethods).Assembly, (wanted, _, _) => wanted == Library ? handle : 0);
                    return handle;
                }

                // Built without the recovery module.
                NativeLibrary.Free(handle);
            }
        }

        return 0;
    }
}
