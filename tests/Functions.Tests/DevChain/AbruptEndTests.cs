using System.Globalization;
using System.Text.RegularExpressions;
using DevChain;
using DevChain.Processes;

namespace Functions.Tests.DevChain;

/// <summary>How the parts end when the program that started them does, seen from outside.</summary>
[Trait("needs", "services")]
public sealed partial class AbruptEndTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(UnixSignal.Kill)]
    [InlineData(UnixSignal.Terminate)]
    [InlineData(UnixSignal.Interrupt)]
    public async Task Nothing_outlives_the_program_that_started_it(UnixSignal signal)
    {
        // Where the tests themselves run in a shell's background, Ctrl-C is ignored, and what they start would inherit that.
        await using var parent = await ChildProcess.StartAsync(
            new CommandLine("env", "--default-signal", "dotnet", typeof(AnvilNode).Assembly.Location));
        var ids = await StartedByAsync(parent);
        Assert.All(ids, id => Assert.True(Running.Is(id)));
        parent.Signal(signal);

        Assert.Equal(2, ids.Count);
        foreach (var id in ids)
        {
            Assert.True(await Running.IsGoneSoonAsync(id, Cancellation), $"process {id} outlived its parent");
        }
    }

    [Fact]
    public async Task Nothing_outlives_what_ran_the_program_such_as_dotnet_run()
    {
        // More after the program, so that the shell does not replace itself by it.
        var script = $"dotnet '{typeof(AnvilNode).Assembly.Location}'; exit $?";
        await using var runner = await ChildProcess.StartAsync(new CommandLine("sh", "-c", script));
        var ids = await StartedByAsync(runner);
        runner.Signal(UnixSignal.Kill);

        foreach (var id in ids)
        {
            Assert.True(await Running.IsGoneSoonAsync(id, Cancellation), $"process {id} outlived what ran its parent");
        }
    }

    private static async Task<IReadOnlyList<int>> StartedByAsync(ChildProcess parent)
    {
        while (true)
        {
            Assert.False(parent.HasExited, parent.Output);
            if (LastLine.IsMatch(parent.Output))
            {
                return [.. LastLine.Match(parent.Output).Groups.Values.Skip(1)
                    .Select(id => int.Parse(id.Value, CultureInfo.InvariantCulture))];
            }

            await Task.Delay(50, Cancellation);
        }
    }

    [GeneratedRegex("# anvil is process ([0-9]+), PostgreSQL is process ([0-9]+)")]
    private static partial Regex LastLine { get; }
}
