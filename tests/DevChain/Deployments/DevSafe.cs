using System.Numerics;
using System.Text.Json;
using DevChain.Abi;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>A real Safe 1.4.1 behind its proxy, of one owner, who is an account that the node signs for.</summary>
public sealed class DevSafe
{
    private const string Execute = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)";
    private const ulong Call = 0;
    private const ulong DelegateCall = 1;

    private readonly DevContract _wallet;
    private readonly Address _owner;
    private readonly Address _multiSend;

    private DevSafe(DevContract wallet, Address owner, Address multiSend) => (_wallet, _owner, _multiSend) = (wallet, owner, multiSend);

    /// <summary>Where it is.</summary>
    public Address Address => _wallet.Address;

    /// <summary>Deploys the singleton, the factory and the <c>MultiSend</c>, and has the factory make a wallet with some money.</summary>
    /// <param name="node">The chain.</param>
    /// <param name="wei">What it holds.</param>
    /// <param name="isForRollups">The singleton that tells in events what is carried out (<c>SafeL2</c>), as on rollups.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<DevSafe> DeployAsync(
        AnvilNode node, BigInteger wei, bool isForRollups = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var owner = (await node.AccountsAsync(cancellation))[^1];
        var singleton = await DeployAsync(node, isForRollups ? "SafeL2" : "Safe", cancellation);
        var factory = new DevContract(node, await DeployAsync(node, "proxies/SafeProxyFactory", cancellation));
        var setup = AbiSignature.Parse("setup(address[],uint256,address,bytes,address,address,uint256,address)").Encode(
            AbiValue.Of(Address.Parse(owner)), 1, default(Address), Array.Empty<byte>(), await DeployAsync(node, "handler/CompatibilityFallbackHandler", cancellation),
            default(Address), 0, default(Address));
        var made = await factory.SendAsync("createProxyWithNonce(address,bytes,uint256)", singleton, setup, 1);
        var proxy = Hash32.Parse(LastLog(made).GetProperty("topics")[1].GetString()!);
        var safe = new DevSafe(
            new DevContract(node, new Address(proxy.Span[12..])), Address.Parse(owner), await DeployAsync(node, "libraries/MultiSend", cancellation));
        await node.SetBalanceAsync($"{safe.Address}", wei, cancellation);
        return safe;
    }

    /// <summary>Pays out of it.</summary>
    /// <returns>The receipt.</returns>
    public Task<JsonElement> PayAsync(Address to, BigInteger wei) => ExecuteAsync(to, wei, [], Call);

    /// <summary>Pays several at once, in one <c>MultiSend</c>.</summary>
    /// <returns>The receipt.</returns>
    public Task<JsonElement> PayTogetherAsync(params (Address To, BigInteger Wei)[] payments)
    {
        byte[] packed = [.. payments.SelectMany(payment => (byte[])[(byte)Call, .. payment.To.ToArray(), .. Word(payment.Wei), .. Word(0)])];
        return ExecuteAsync(_multiSend, 0, AbiSignature.Parse("multiSend(bytes)").Encode(packed), DelegateCall);
    }

    // The owner sends it, which is as good as a signature: r is the owner, v is 1.
    private Task<JsonElement> ExecuteAsync(Address to, BigInteger wei, byte[] data, ulong operation) => _wallet.SendAsync(
        Execute, to, wei, data, operation, 0, 0, 0, default(Address), default(Address),
        (byte[])[.. new byte[12], .. _owner.ToArray(), .. new byte[32], 1]);

    private static async Task<Address> DeployAsync(AnvilNode node, string file, CancellationToken cancellation) =>
        await Deployment.DeployAsync(node, await Contracts.SafeAsync(file, cancellation: cancellation), "", cancellation);

    private static JsonElement LastLog(JsonElement receipt)
    {
        var logs = receipt.GetProperty("logs");
        return logs[logs.GetArrayLength() - 1];
    }

    private static byte[] Word(BigInteger number)
    {
        var word = new byte[32];
        UInt256.From(number).WriteBigEndian(word);
        return word;
    }
}
