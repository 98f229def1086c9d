using System.Numerics;
using Relayer.Core.Ethereum;

namespace DevChain;

/// <summary>
/// An account factory and Circle's contracts of two domains, on one development chain or on two: what is burnt of <see cref="Usdc"/> arrives
/// as <see cref="Arrived"/>.
/// </summary>
/// <param name="Usdc">The token of the source.</param>
/// <param name="Arrived">The token of the destination.</param>
/// <param name="Transmitter">Circle's transmitter of the source.</param>
/// <param name="Messenger">Circle's messenger of the source.</param>
/// <param name="Receiver">Circle's transmitter of the destination.</param>
/// <param name="Factory">The account factory.</param>
public sealed record DevAccounts(
    DevContract Usdc, DevContract Arrived, DevContract Transmitter, DevContract Messenger, DevContract Receiver, DevContract Factory)
{
    /// <summary>Circle's number of the source.</summary>
    public const ulong Source = 2;

    /// <summary>Circle's number of the destination.</summary>
    public const ulong Destination = 6;

    /// <summary>A dollar in the token's smallest unit.</summary>
    public const ulong Dollar = 1_000_000;

    /// <summary>Deploys all of it.</summary>
    /// <param name="node">Where.</param>
    /// <param name="attester">Who attests.</param>
    /// <param name="version">Of messages: 1 or 2.</param>
    /// <param name="destination">Where it arrives; the same chain when not given.</param>
    public static async Task<DevAccounts> DeployAsync(AnvilNode node, Address attester, int version = 1, AnvilNode? destination = null)
    {
        var usdc = await DevContract.DeployAsync(node, "UsdcStandIn");
        var arrived = await DevContract.DeployAsync(destination ?? node, "UsdcStandIn");
        const string Transmitter = "constructor(uint32,uint32,address,address)";
        var transmitter = await DevContract.DeployAsync(
            node, "TransmitterStandIn", Transmitter, Source, (ulong)(version - 1), attester, usdc.Address);
        var receiver = await DevContract.DeployAsync(
            destination ?? node, "TransmitterStandIn", Transmitter, Destination, (ulong)(version - 1), attester, arrived.Address);
        var messenger = await DevContract.DeployAsync(
            node, "MessengerStandIn", "constructor(address,address)", transmitter.Address, usdc.Address);
        var factory = await DevContract.DeployAsync(
            node, "AccountFactoryStandIn", "constructor(address,uint32)", messenger.Address, Destination);
        return new DevAccounts(usdc, arrived, transmitter, messenger, receiver, factory);
    }

    /// <summary>Where an account will be.</summary>
    public async Task<Address> PredictAsync(Hash32 salt, ulong number, Address first, Address second, Address third) =>
        (await Factory.CallAsync(
            "predict(bytes32,uint256,address,address,address)", "(address)", salt, number, first, second, third))[0].AsAddress();

    /// <summary>Gives somebody dollars on the source.</summary>
    public Task MintAsync(Address to, ulong dollars) => Usdc.SendAsync("mint(address,uint256)", to, dollars * Dollar);

    /// <summary>What somebody has on the source.</summary>
    public async Task<BigInteger> HeldAsync(Address holder) => await Usdc.NumberAsync("balanceOf(address)", holder);

    /// <summary>What has arrived for somebody at the destination.</summary>
    public async Task<BigInteger> ArrivedAsync(Address holder) => await Arrived.NumberAsync("balanceOf(address)", holder);
}
