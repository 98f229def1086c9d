using DevChain.Processes;

namespace Functions.Tests.DevChain;

/// <summary>How npm's browser is unpacked, by real processes.</summary>
[Trait("needs", "services")]
public sealed class NpmBrowserTests : IDisposable
{
    private readonly BrowserPackage _package = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _package.Dispose();

    [Fact]
    public async Task An_interrupted_unpacking_is_done_again_in_whole()
    {
        await using (await _package.InstallAsync(Cancellation))
        {
            await using var killed = await _package.StartAsync();
            await UntilUnpackingAsync(killed);
            await killed.KillAsync();
        }

        Assert.False(Directory.Exists(_package.Unpacked));
        await _package.ReplacePipeAsync(Cancellation);
        await using var next = await _package.StartAsync();
        await _package.AssertReadyAsync(next, Cancellation);
    }

    [Fact]
    public async Task Of_two_processes_one_unpacks_and_the_other_waits_for_it()
    {
        await using var pipe = await _package.InstallAsync(Cancellation);
        await using var first = await _package.StartAsync();
        await UntilUnpackingAsync(first);
        await using var second = await _package.StartAsync();
        await UntilAsync(() => second.Output.Contains("Waiting for another process", StringComparison.Ordinal), second);
        await _package.SendAsync(pipe, Cancellation); // Once: for a second unpacking there would be nothing.
        await pipe.DisposeAsync();

        await _package.AssertReadyAsync(first, Cancellation);
        await _package.AssertReadyAsync(second, Cancellation);
    }

    private Task UntilUnpackingAsync(ChildProcess process) =>
        UntilAsync(() => File.Exists(Path.Combine(_package.Unfinished, "chromium")), process);

    private static async Task UntilAsync(Func<bool> isSo, ChildProcess process) => Assert.True(
        await Poll.UntilAsync(
            () => Task.FromResult(isSo() || process.HasExited), TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(20), Cancellation)
        && !process.HasExited,
        process.Output);
}
