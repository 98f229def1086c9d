using System.Text.Json;

namespace DevChain;

/// <summary>A compiled contract.</summary>
/// <param name="Abi">The JSON ABI.</param>
/// <param name="Bytecode">What deploys it, without constructor arguments; <c>0x…</c>.</param>
public sealed record ContractArtifact(JsonElement Abi, string Bytecode)
{
    /// <summary>Reads the file of a compiler or a package with <c>abi</c> and <c>bytecode</c>.</summary>
    public static async Task<ContractArtifact> ReadAsync(string path, CancellationToken cancellation = default)
    {
        await using var file = File.OpenRead(path);
        using var document = await JsonDocument.ParseAsync(file, cancellationToken: cancellation);
        return new(document.RootElement.GetProperty("abi").Clone(), document.RootElement.GetProperty("bytecode").GetString()!);
    }
}
