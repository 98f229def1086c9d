using DevChain.Processes;

namespace Functions.Tests.DevChain;

/// <summary>Folders of parts that start at the same time.</summary>
public sealed class TempFolderTests
{
    [Fact]
    public async Task Nobody_takes_a_folder_that_is_being_made_for_an_orphan()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                using var folder = TempFolder.Create("race");
                Assert.True(Directory.Exists(folder.Path));
            }
        })));
    }
}
