using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace Relayer.Core.Keepers.Upkeeps;

/// <summary>Chainlink's automation: is there something to do?</summary>
[Function("checkUpkeep", typeof(CheckUpkeepAnswer))]
internal sealed class CheckUpkeepFunction : FunctionMessage
{
    [Parameter("bytes", "checkData", 1)]
    public byte[] CheckData { get; set; } = [];
}

/// <summary>Whether there is, and what to do it with.</summary>
[FunctionOutput]
internal sealed class CheckUpkeepAnswer : IFunctionOutputDTO
{
    [Parameter("bool", "upkeepNeeded", 1)]
    public bool IsNeeded { get; set; }

    [Parameter("bytes", "performData", 2)]
    public byte[] PerformData { get; set; } = [];
}

/// <summary>Does it.</summary>
[Function("performUpkeep")]
internal sealed class PerformUpkeepFunction : FunctionMessage
{
    [Parameter("bytes", "performData", 1)]
    public byte[] PerformData { get; set; } = [];
}
