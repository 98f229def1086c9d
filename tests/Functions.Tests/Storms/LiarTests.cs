using Storms.Liars;

namespace Functions.Tests.Storms;

/// <summary>
/// Some of the catalogue, one or two of each setup. All of it: <c>dotnet run -c Release --project tests/Storms -- liars</c>; <c>docs/reliability.md</c> has what came of it.
/// </summary>
[Collection(StormCollection.Name)]
public sealed class LiarTests(StormFixture fixture)
{
    private static readonly (string Method, Lie Lie, LiarSetup Setup)[] Some =
    [
        ("eth_getTransactionReceipt", Lie.Null, LiarSetup.One),
        ("eth_getTransactionReceipt", Lie.Orphaned, LiarSetup.OneOfTwo),
        ("eth_call", Lie.Contradictory, LiarSetup.OneOfThree),
        ("eth_getTransactionReceipt", Lie.Contradictory, LiarSetup.OneOfThree),
        ("eth_getBlockByNumber", Lie.Type, LiarSetup.All),
    ];

    [Fact]
    public async Task Whatever_a_node_lies_about_nothing_ends_wrongly_or_happens_twice_and_all_is_right_soon_after()
    {
        Combination[] combinations = [.. Combination.All.Where(one => Some.Contains((one.Method.Name, one.Lie, one.Setup)))];
        var storm = new LiarStorm(fixture.Stack, LiarLimits.Usual with { Lasting = TimeSpan.FromSeconds(2) }, seed: 1, TestContext.Current.SendDiagnosticMessage);

        var results = await storm.RunAsync(combinations, sideBySide: 4, TestContext.Current.CancellationToken);

        Assert.Equal(Some.Length, results.Count);
        Assert.All(results, result => Assert.True(result.Verdict == LiarVerdict.Holds, $"{result}\n\n{result.Output}"));
        Assert.All(storm.Seen, method => Assert.Contains(RpcMethod.All, known => known.Name == method));
    }
}
