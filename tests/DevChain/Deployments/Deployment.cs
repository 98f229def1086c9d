using System.Text.Json;
using DevChain.Processes;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>Both forwarders and a target that trusts both, on a chain.</summary>
/// <param name="OpenZeppelin">OpenZeppelin's <c>ERC2771Forwarder</c>.</param>
/// <param name="Infinex">Our own forwarder of the Infinex dialect.</param>
/// <param name="Target">The contract that users call.</param>
public sealed record Deployment(Address OpenZeppelin, Address Infinex, Address Target)
{
    /// <summary>The EIP-712 domain name of <see cref="OpenZeppelin"/>.</summary>
    public const string OpenZeppelinName = "ERC2771Forwarder";

    /// <summary>The EIP-712 domain name of <see cref="Infinex"/>.</summary>
    public const string InfinexName = "InfinexERC2771Forwarder";

    /// <summary>The EIP-712 domain version of both.</summary>
    public const string DomainVersion = "1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Deploys from the last account that the node signs for, mining what does not mine itself.</summary>
    public static async Task<Deployment> CreateAsync(
        AnvilNode node, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var openZeppelin = await Contracts.OpenZeppelinForwarderAsync(progress, cancellation);
        var infinex = await Contracts.InfinexForwarderAsync(progress, cancellation);
        var target = await Contracts.DemoTargetAsync(progress, cancellation);
        progress?.Invoke("Deploying both forwarders and the target…");
        var first = await DeployAsync(node, openZeppelin, Words.OfShort(OpenZeppelinName), cancellation);
        var second = await DeployAsync(node, infinex, "", cancellation);
        return new(first, second, await DeployAsync(node, target, Words.Of(first) + Words.Of(second), cancellation));
    }

    /// <summary>Deploys one contract.</summary>
    /// <param name="node">Where.</param>
    /// <param name="contract">What.</param>
    /// <param name="arguments">The constructor's arguments, ABI-encoded, in hexadecimal without <c>0x</c>.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<Address> DeployAsync(
        AnvilNode node, ContractArtifact contract, string arguments, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(contract);
        var from = (await node.AccountsAsync(cancellation))[^1];
        var transaction = new { from, data = contract.Bytecode + arguments };
        var hash = await node.Rpc.SendAsync("eth_sendTransaction", [transaction], cancellation);
        var receipt = await MinedAsync(node, hash.GetString()!, cancellation);
        return receipt.GetProperty("status").GetString() == "0x1"
            ? Address.Parse(receipt.GetProperty("contractAddress").GetString()!)
            : throw new DevChainException($"a deployment reverted: {receipt.GetRawText()}");
    }

    private static async Task<JsonElement> MinedAsync(AnvilNode node, string hash, CancellationToken cancellation)
    {
        JsonElement receipt = default;
        var isMined = await Poll.UntilAsync(ReadAsync, Patience, Pause, cancellation);
        return isMined ? receipt : throw new DevChainException($"{hash} is not mined");

        async Task<bool> ReadAsync()
        {
            receipt = await node.Rpc.SendAsync("eth_getTransactionReceipt", [hash], cancellation);
            if (receipt.ValueKind == JsonValueKind.Null)
            {
                await node.MineAsync(1, cancellation);
                return false;
            }

            return true;
        }
    }
}
