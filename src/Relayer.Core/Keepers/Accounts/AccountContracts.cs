using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Relayer.Core.Keepers.Accounts;

// The token is Nethereum's own ERC-20.

/// <summary>The factory: deploys an account, and returns its address.</summary>
[Function("createAccount", "address")]
internal sealed class CreateAccountFunction : FunctionMessage
{
    [Parameter("bytes32", "salt", 1)]
    public byte[] Salt { get; set; } = [];

    [Parameter("uint256", "number", 2)]
    public BigInteger Number { get; set; }

    [Parameter("address", "first", 3)]
    public string First { get; set; } = "";

    [Parameter("address", "second", 4)]
    public string Second { get; set; } = "";

    [Parameter("address", "third", 5)]
    public string Third { get; set; } = "";
}

/// <summary>The account: burns its USDC with Circle.</summary>
[Function("bridgeUSDCWithCircle")]
internal sealed class BridgeUsdcWithCircleFunction : FunctionMessage;
