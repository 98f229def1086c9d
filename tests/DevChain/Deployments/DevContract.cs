using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>A contract on a development chain, called by whoever the node signs for.</summary>
/// <param name="node">The chain.</param>
/// <param name="address">The contract.</param>
public sealed class DevContract(AnvilNode node, Address address)
{
    private const long Gas = 5_000_000;

    private string? _from;

    /// <summary>Where it is.</summary>
    public Address Address => address;

    /// <summary>Deploys a compiled contract.</summary>
    /// <param name="node">Where.</param>
    /// <param name="name">The contract's name.</param>
    /// <param name="constructor">Its constructor as a signature, such as <c>constructor(address)</c>.</param>
    /// <param name="arguments">What it takes.</param>
    public static async Task<DevContract> DeployAsync(
        AnvilNode node, string name, string constructor = "constructor()", params IReadOnlyList<AbiValue> arguments)
    {
        var artifact = await Contracts.CompiledAsync(name);
        var encoded = AbiEncoder.Encode(AbiSignature.Parse(constructor).Inputs, arguments);
        return new DevContract(node, await Deployment.DeployAsync(node, artifact, Convert.ToHexStringLower(encoded)));
    }

    /// <summary>The same contract, called by another of the node's accounts.</summary>
    public DevContract As(string account) => new(node, address) { _from = account };

    /// <summary>Sends a transaction and waits until it is mined.</summary>
    /// <returns>The receipt.</returns>
    /// <exception cref="DevChainException">It reverted.</exception>
    public Task<JsonElement> SendAsync(string signature, params IReadOnlyList<AbiValue> arguments) => SendWithGasAsync(Gas, signature, arguments);

    /// <summary>The same with another gas limit.</summary>
    public async Task<JsonElement> SendWithGasAsync(long gas, string signature, params IReadOnlyList<AbiValue> arguments) =>
        await MinedAsync(await SubmitWithGasAsync(gas, signature, arguments));

    /// <summary>Waits until a transaction is mined.</summary>
    /// <returns>The receipt.</returns>
    /// <exception cref="DevChainException">It reverted.</exception>
    public async Task<JsonElement> MinedAsync(string hash)
    {
        while (true)
        {
            var receipt = await node.Rpc.SendAsync("eth_getTransactionReceipt", [hash]);
            if (receipt.ValueKind == JsonValueKind.Object)
            {
                return receipt.GetProperty("status").GetString() == "0x1"
                    ? receipt
                    : throw new DevChainException($"it reverted: {receipt.GetRawText()}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Sends a transaction and waits for nothing.</summary>
    /// <returns>Its hash.</returns>
    public Task<string> SubmitAsync(string signature, params IReadOnlyList<AbiValue> arguments) => SubmitWithGasAsync(Gas, signature, arguments);

    /// <summary>The same with another gas limit.</summary>
    public async Task<string> SubmitWithGasAsync(long gas, string signature, params IReadOnlyList<AbiValue> arguments)
    {
        _from ??= (await node.AccountsAsync())[^1];
        var data = Hex.Encode(AbiSignature.Parse(signature).Encode(arguments));
        var transaction = new { from = _from, to = address.ToString(), data, gas = $"0x{gas:x}" };
        return (await node.Rpc.SendAsync("eth_sendTransaction", [transaction])).GetString()!;
    }

    /// <summary>Calls a function.</summary>
    /// <param name="signature">The function.</param>
    /// <param name="returns">What it returns, such as <c>(uint256,bool)</c>.</param>
    /// <param name="arguments">What it takes.</param>
    public async Task<IReadOnlyList<AbiValue>> CallAsync(string signature, string returns, params IReadOnlyList<AbiValue> arguments)
    {
        var call = new { to = address.ToString(), data = Hex.Encode(AbiSignature.Parse(signature).Encode(arguments)) };
        var answer = Hex.Decode((await node.Rpc.SendAsync("eth_call", [call, "latest"])).GetString()!);
        return AbiDecoder.TryDecode(AbiSignature.Parse("returns" + returns).Inputs, answer, out var values)
            ? values
            : throw new DevChainException($"{signature} answered {Hex.Encode(answer)}");
    }

    /// <summary>Calls a function that returns a number.</summary>
    public async Task<ulong> NumberAsync(string signature, params IReadOnlyList<AbiValue> arguments) =>
        (await CallAsync(signature, "(uint256)", arguments))[0].AsUInt64();
}
