using System.Text.RegularExpressions;
using DevChain;
using Relayer.Core.Crashes;

namespace Relayer.Core.Tests;

/// <summary>What the documents about the code name is there: files, folders, pages and crash points.</summary>
public sealed partial class DocumentPathsTests
{
    private static readonly string Core = Path.Combine("src", "Relayer.Core");

    [Theory]
    [InlineData("architecture.md")]
    [InlineData("failure.md")]
    [InlineData("reliability.md")]
    [InlineData("stand-ins.md")]
    public void Each_file_that_a_document_names_is_there(string document)
    {
        var named = Files.Matches(Read(document)).Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.True(Exists(path) || Exists(Path.Combine(Core, path)), path));
    }

    [Theory]
    [InlineData("architecture.md")]
    [InlineData("failure.md")]
    [InlineData("reliability.md")]
    [InlineData("stand-ins.md")]
    [InlineData("keepers.md")]
    [InlineData("deploy.md")]
    public void Each_page_and_heading_that_a_document_links_to_is_there(string document)
    {
        var links = Links.Matches(Read(document)).Select(match => (Page: match.Groups[1].Value, Heading: match.Groups[2].Value)).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links, link =>
        {
            var page = link.Page.Length == 0 ? document : link.Page;
            Assert.True(Exists(Path.Combine("docs", page)), page);
            Assert.True(link.Heading.Length == 0 || AnchorsIn(Read(page)).Contains(link.Heading), $"{page}#{link.Heading}");
        });
    }

    [Fact]
    public void Each_crash_point_has_its_line_in_the_table_of_what_a_crash_leaves()
    {
        var table = Read("failure.md");

        Assert.All(CrashPoints.All, point => Assert.Contains($"`{point}`", table, StringComparison.Ordinal));
    }

    private static string Read(string document) => File.ReadAllText(RepositoryRoot.Combine("docs", document));

    private static bool Exists(string path) => Path.Exists(RepositoryRoot.Combine(path.Split('/')));

    /// <summary>A heading's anchor as GitHub makes it: small letters, hyphens for spaces, nothing else than letters, digits and those.</summary>
    private static HashSet<string> AnchorsIn(string text) =>
        [.. Headings.Matches(text).Select(match => NotInAnchors.Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    // A path with a slash in backticks: a file of code, or a folder that ends with its slash.
    [GeneratedRegex(@"`((?:[\w.-]+/)+(?:[\w.-]+\.(?:cs|sql|json|md|css))?)`")]
    private static partial Regex Files { get; }

    [GeneratedRegex(@"\]\(([^()#:\s]*)(?:#([^()\s]+))?\)")]
    private static partial Regex Links { get; }

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Headings { get; }

    [GeneratedRegex(@"[^\w \-]")]
    private static partial Regex NotInAnchors { get; }
}
