using Storms.Audit;
using Storms.Workloads;

namespace Storms;

/// <summary>How a storm ended.</summary>
/// <param name="Name">What it was.</param>
/// <param name="Command">What plays it again.</param>
/// <param name="Kills">Processes killed.</param>
/// <param name="Violations">What does not hold; empty when all does.</param>
/// <param name="Summary">What went on, in a line.</param>
/// <param name="Output">The instances' last lines.</param>
public sealed record StormReport(string Name, string Command, int Kills, IReadOnlyList<string> Violations, string Summary, string Output)
{
    /// <summary>True when every invariant holds.</summary>
    public bool Holds => Violations.Count == 0;

    internal static StormReport Of(string name, string command, int kills, Findings findings, Workload workload, RelayerUnderTest relayer) => new(
        name, "dotnet run -c Release --project tests/Storms -- " + command, kills, findings.Violations,
        $"{findings}; answers: {string.Join(", ", workload.Answers.OrderBy(answer => answer.Key).Select(answer => $"{answer.Value} x {answer.Key}"))}",
        relayer.Output);

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', [$"{Name}: {(Holds ? "holds" : "VIOLATED")}. {Summary}", .. Violations, $"again: {Command}"]);
}
