using System.Runtime.InteropServices;
using static Relayer.Core.Ethereum.NativeSecp256k1;

// Never from the working directory.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]

namespace Relayer.Core.Ethereum;

/// <summary>The functions of <c>libsecp256k1</c> that are used, as its headers <c>secp256k1.h</c> and <c>secp256k1_recovery.h</c> have them.</summary>
/// <remarks>
/// The package Secp256k1.Net brings the library; of its own code nothing is used. The host looks for it where the app's
/// <c>deps.json</c> says: beside the app when that was published for one platform, in <c>runtimes/*/native</c> otherwise. Each
/// function answers 1 for yes; their signatures have not changed since the first release.
/// </remarks>
internal static unsafe partial class NativeMethods
{
    /// <summary><c>SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY</c>: needed before version 0.2, harmless since.</summary>
    internal const uint SignAndVerify = 0x301;

    /// <summary><c>SECP256K1_EC_UNCOMPRESSED</c>.</summary>
    internal const uint Uncompressed = 2;

    // The runtime makes of it libsecp256k1.so, libsecp256k1.dylib and secp256k1.dll.
    private const string Library = "secp256k1";

    /// <summary>True when the library was found, and can recover.</summary>
    internal static bool IsPresent { get; } = Probe();

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

    private static bool Probe()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(NativeMethods).Assembly, null, out var handle))
        {
            return false;
        }

        // It stays loaded: the imports find it under the same name.
        if (NativeLibrary.TryGetExport(handle, "secp256k1_ecdsa_recover", out _))
        {
            return true;
        }

        // Built without the recovery module.
        NativeLibrary.Free(handle);
        return false;
    }
}
