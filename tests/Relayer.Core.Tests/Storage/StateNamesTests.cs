using System.Data;
using System.Globalization;
using System.Reflection;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Records;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Records;
using Relayer.Core.Transactions;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Tests.Storage;

/// <summary>What the statements call a state is what its enum says: one enum for each table, and its numbers are those in the database.</summary>
public sealed class StateNamesTests
{
    private static readonly (Type States, Type Enum)[] Tables =
    [
        (typeof(TransactionStates), typeof(TransactionStateKind)),
        (typeof(RelayStates), typeof(RelayState)),
        (typeof(TopUpStates), typeof(TopUpState)),
        (typeof(WorkStates), typeof(WorkState)),
    ];

    [Fact]
    public void Every_state_has_its_enums_name_and_number() => Assert.All(Tables, table => Assert.Equal(
        Enum.GetNames(table.Enum).Select(name => (name, ((int)Enum.Parse(table.Enum, name)).ToString(CultureInfo.InvariantCulture))).Order(),
        Constants(table.States).Where(constant => int.TryParse(constant.Sql, CultureInfo.InvariantCulture, out _)).Order()));

    [Fact]
    public void Every_condition_holds_for_the_states_that_it_is_named_after()
    {
        Dictionary<string, string[]> expected = new()
        {
            ["TransactionStates.InFlight"] = ["Reserved", "Signed", "Broadcast"],
            ["TransactionStates.Open"] = ["Reserved", "Signed", "Broadcast", "Mined"],
            ["TransactionStates.Final"] = ["Confirmed", "Cancelled", "Failed", "NonceUsedExternally"],
            ["TransactionStates.InBlock"] = ["Mined", "Confirmed", "Cancelled", "Failed"],
            ["TransactionStates.FinalInBlock"] = ["Confirmed", "Cancelled", "Failed"],
            ["RelayStates.UnderWay"] = ["Accepted", "Pending", "Mined"],
            ["RelayStates.Final"] = ["Confirmed", "Failed", "Expired"],
            ["WorkStates.NotOver"] = ["Open", "Sent"],
            ["WorkStates.Over"] = ["Won", "Lost", "Failed", "Dropped"],
        };

        Assert.Equal(
            expected.OrderBy(condition => condition.Key),
            Tables.SelectMany(table => Constants(table.States)
                .Where(constant => !int.TryParse(constant.Sql, CultureInfo.InvariantCulture, out _))
                .Select(condition => KeyValuePair.Create($"{table.States.Name}.{condition.Name}", Holding(table.Enum, condition.Sql))))
                .OrderBy(condition => condition.Key));
    }

    [Fact]
    public void A_quotas_windows_have_one_number_each() => Assert.Equal(
        ($"{QuotaWindow.Minute}", $"{QuotaWindow.Day}"), (QuotaWindow.MinuteSql, QuotaWindow.DaySql));

    private static IEnumerable<(string Name, string Sql)> Constants(Type states) =>
        states.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, (string)field.GetRawConstantValue()!));

    /// <summary>Which members a condition holds for; a data table understands comparisons as SQL does.</summary>
    private static string[] Holding(Type members, string condition)
    {
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("state", typeof(int));
        foreach (var member in Enum.GetValues(members))
        {
            table.Rows.Add((int)member);
        }

        return [.. table.Select(condition).Select(row => Enum.GetName(members, row["state"])!)];
    }
}
