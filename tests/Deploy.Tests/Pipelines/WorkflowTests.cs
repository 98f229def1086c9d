using System.Text.RegularExpressions;
using DevChain;
using YamlDotNet.RepresentationModel;

namespace Deploy.Tests.Pipelines;

/// <summary>The workflows for GitHub: what they run, and what they may. They never ran here.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Folder = RepositoryRoot.Combine(".github", "workflows");

    public static TheoryData<string> Each => [.. Directory.EnumerateFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Each))]
    public void Nothing_may_write_unless_its_job_says_so_and_no_job_runs_on(string file)
    {
        var root = Read(file);

        Assert.Equal([("contents", "read")], root["permissions"].Entries().Select(one => (one.Key, ((YamlScalarNode)one.Value).Value)));
        Assert.All(Jobs(root).Where(job => job.Find("uses") is null), job => Assert.InRange(int.Parse(job.Text("timeout-minutes"), System.Globalization.CultureInfo.InvariantCulture), 1, 60));
        Assert.Null(root["on"].Find("pull_request_target"));
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Each_action_is_a_commit_with_its_version_beside_it_and_one_repository_is_one_commit(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, file)).Where(line => line.Contains("uses:", StringComparison.Ordinal) && !line.Contains("uses: ./", StringComparison.Ordinal));
        var actions = lines.Select(line => Action.Match(line)).ToArray();

        Assert.All(actions, action => Assert.True(action.Success));
        Assert.All(
            actions.GroupBy(action => action.Groups["repository"].Value),
            of => Assert.Single(of.Select(action => action.Groups["commit"].Value).Distinct()));
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void No_step_runs_text_that_strangers_wrote_and_none_keeps_the_token(string file)
    {
        var steps = Jobs(Read(file)).SelectMany(job => job.Find("steps").Items()).ToArray();

        Assert.DoesNotContain(steps, step => step.Text("run").Contains("${{", StringComparison.Ordinal));
        Assert.All(
            steps.Where(step => step.Text("uses").StartsWith("actions/checkout@", StringComparison.Ordinal)),
            step => Assert.Equal("false", step["with"].Text("persist-credentials")));
    }

    [Fact]
    public void Every_change_is_decided_by_the_same_command_as_anywhere()
    {
        var root = Read("ci.yml");

        Assert.Equal(["pull_request", "push", "workflow_call"], root["on"].Entries().Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.Contains(".ci/run", Runs(root["jobs"]["test"]));
    }

    [Fact]
    public void Changes_are_looked_through_for_what_they_bring_in_and_code_for_faults()
    {
        var jobs = Read("review.yml")["jobs"];
        var codeql = jobs["codeql"];

        Assert.Contains(jobs["dependencies"]["steps"].Items(), step => step.Text("uses").StartsWith("actions/dependency-review-action@", StringComparison.Ordinal));
        Assert.Equal(["csharp", "javascript-typescript", "actions"], codeql["strategy"]["matrix"]["language"].Items().Select(one => ((YamlScalarNode)one).Value));
        Assert.Equal("write", codeql["permissions"].Text("security-events"));
    }

    [Fact]
    public void What_a_release_gives_out_was_tested_before_and_says_where_it_comes_from()
    {
        var root = Read("release.yml");
        var package = root["jobs"]["package"];
        var attested = Lines(package, "actions/attest-build-provenance@", "subject-path");

        Assert.Equal("./.github/workflows/ci.yml", root["jobs"]["test"].Text("uses"));
        Assert.Equal("test", package.Text("needs"));
        Assert.Equal(["artifacts/relayer-functions.zip", "artifacts/relayer-selfhost.tar.gz"], attested);
        Assert.Equal(attested, Lines(package, "actions/upload-artifact@", "path"));
        Assert.Equal([("attestations", "write"), ("contents", "read"), ("id-token", "write")],
            package["permissions"].Entries().Select(one => (one.Key, ((YamlScalarNode)one.Value).Value!)).Order());
        Assert.Contains("dotnet publish src/Functions -c Release -r linux-x64 -o artifacts/functions", Runs(package));
    }

    [Fact]
    public void Dependencies_of_every_kind_are_kept_up_to_date()
    {
        var updates = Yaml.Read(".github", "dependabot.yml")["updates"].Items().ToArray();
        var folders = updates.SelectMany(update => update.Find("directories").Items().Select(one => ((YamlScalarNode)one).Value!).DefaultIfEmpty(update.Text("directory"))).ToArray();

        Assert.Equal(["github-actions", "npm", "nuget"], updates.Select(update => update.Text("package-ecosystem")).Order(StringComparer.Ordinal));
        Assert.All(folders, folder => Assert.True(Directory.Exists(RepositoryRoot.Combine(folder.Split('/', StringSplitOptions.RemoveEmptyEntries)))));
        Assert.Contains("/tests/browser", folders);
    }

    private static YamlMappingNode Read(string file) => Yaml.Read(".github", "workflows", file);

    private static IEnumerable<YamlNode> Jobs(YamlNode root) => root["jobs"].Entries().Select(one => one.Value);

    private static IEnumerable<string> Runs(YamlNode job) => job["steps"].Items().Select(step => step.Text("run"));

    private static string[] Lines(YamlNode job, string action, string key) =>
        job["steps"].Items().Single(step => step.Text("uses").StartsWith(action, StringComparison.Ordinal))["with"].Text(key).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"uses: (?<repository>[\w-]+/[\w-]+)[\w/-]*@(?<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+\z")]
    private static partial Regex Action { get; }
}
