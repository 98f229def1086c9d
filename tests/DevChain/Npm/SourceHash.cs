using System.Security.Cryptography;
using System.Text;

namespace DevChain;

/// <summary>What tells one state of some sources from another.</summary>
internal static class SourceHash
{
    /// <summary>A short hash over the files' names and contents.</summary>
    public static async Task<string> OfAsync(IEnumerable<string> files, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(file))));
            hash.AppendData(SHA256.HashData(await File.ReadAllBytesAsync(file, cancellation)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
