using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Relayer.Core.Storage;

namespace Relayer.Core.Tests.Storage;

/// <summary>The rule for every step of the schema: add first, take away in a later release, and say whom that leaves behind.</summary>
public sealed partial class MigrationTests
{
    // Of the files 1 to 11, one after the other. They stand in databases as they are.
    private const string Frozen = "fca3a29f5041a4e04a51e8698afa56a72224eb270621c7c65279912cfb20c194";

    [Fact]
    public void The_steps_that_older_programs_took_are_as_they_were() => Assert.Equal(
        Frozen,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(
            Migration.All.Where(step => step.Number <= SchemaState.LastVersion).Select(step => step.Sql))))));

    [Fact]
    public void Steps_are_numbered_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, Migration.All.Count), Migration.All.Select(step => step.Number));

    [Fact]
    public void Each_step_keeps_the_rule() => Assert.All(Migration.All.Where(step => step.Number > SchemaState.LastVersion), step => Assert.Empty(Fault(step)));

    [Theory]
    [InlineData("alter table relays drop column waiting;", "takes away")]
    [InlineData("-- a comment\ndrop table grants;", "takes away")]
    [InlineData("alter table relays alter column reason set not null;", "takes away")]
    [InlineData("-- oldest: 11\ndrop table grants;", "would not stop")]
    [InlineData("-- oldest: 13\ndrop table grants;", "stops itself")]
    [InlineData("-- oldest: 12\ndrop table grants;", "")]
    [InlineData("alter table relays add column note text;\ndrop index relays_of_user;", "")]
    public void The_rule_sees_what_breaks_it(string sql, string fault)
    {
        var found = Fault(Migration.Read("0013_sample", sql));

        Assert.True(fault.Length == 0 ? found.Length == 0 : found.Contains(fault, StringComparison.Ordinal), found);
    }

    [Fact]
    public void A_step_says_in_its_first_line_whom_it_leaves_behind()
    {
        Assert.Equal((13, 12), Of("0013_sample", "-- oldest: 12\nselect 1"));
        Assert.Equal((14, null), Of("0014_sample", "select 1 -- oldest: 12"));

        static (int, int?) Of(string name, string sql) => (Migration.Read(name, sql).Number, Migration.Read(name, sql).Oldest);
    }

    private static string Fault(Migration step) => step switch
    {
        { Oldest: null } when TakesAway.IsMatch(step.Sql) => $"{step.Name} takes away and does not say in its first line whom it leaves behind",
        { Oldest: <= SchemaState.LastVersion } => $"{step.Name} would not stop programs of {SchemaState.LastVersion}, which look for a higher number",
        _ when step.Oldest >= step.Number => $"{step.Name} stops itself: programs of the release before must be able to live with it",
        _ => "",
    };

    [GeneratedRegex(@"\bdrop\s+(table|column|view|type|function|default)\b|\bset\s+not\s+null\b", RegexOptions.IgnoreCase)]
    private static partial Regex TakesAway { get; }
}
