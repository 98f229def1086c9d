using System.Reflection;
using Functions.Catalog;
using Functions.Configuration;
using Functions.Health;
using Functions.Timers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Relayer.Core.Configuration;

namespace Functions.Tests.Hosting;

public sealed class FunctionCatalogTests
{
    private static readonly Assembly App = typeof(HealthFunctions).Assembly;

    public static TheoryData<string> Names { get; } = [.. FunctionCatalog.Read(App).Select(function => function.Name)];

    [Fact]
    public void No_function_hides_in_a_class_that_is_not_looked_at()
    {
        var marked = App.GetTypes()
            .SelectMany(type => type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.IsDefined(typeof(FunctionAttribute)));

        Assert.Equal(marked.ToHashSet(), FunctionCatalog.Read(App).Select(function => function.Method).ToHashSet());
    }

    [Fact]
    public void Every_function_is_for_operators_but_those_that_are_public_on_purpose()
    {
        string[] open =
        [
            "Health", "Ready", "OpenApi", "GetChains", "GetNonce", "SubmitRelay", "SubmitRelayBatch", "SimulateRelay", "GetRelay", "ListRelays", "FollowRelay",
            "ListProviders", "GetGas", "GetSpend", "ListTopUps", "ListBalances", "GetCouncilPage", "ListKeepers", "ListKeeperRuns", "ListKeeperDecisions",
        ];
        var functions = FunctionCatalog.Read(App).OfType<HttpFunction>().ToArray();

        Assert.Equal(open.Order(), functions.Where(function => function.Role is null).Select(function => function.Name).Order());
        Assert.All(functions, function => Assert.Equal(function.Role is not null, function.Route.StartsWith("admin/", StringComparison.Ordinal)));
        Assert.All(
            functions.Where(function => function.Role is not null),
            function => Assert.Equal(
                function.Methods is ["GET"] ? OperatorRole.Look
                : function.Name is "ClearIncident" or "ResumeTopUps" or "AddAccounts" or "AllowUser" or "DenyUser" or "RemoveUser" ? OperatorRole.Treasury
                : OperatorRole.Operate,
                function.Role));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_can_be_made_bound_and_awaited(string name)
    {
        var function = FunctionCatalog.Read(App).Single(one => one.Name == name);
        Type[] always = [function.Trigger.ParameterType, typeof(CancellationToken)];
        var others = function.Method.GetParameters().Where(parameter => !always.Contains(parameter.ParameterType)).ToList();

        Assert.Single(function.Method.DeclaringType!.GetConstructors());
        switch (function)
        {
            case HttpFunction http:
                Assert.Equal(typeof(HttpRequest), http.Trigger.ParameterType);
                Assert.Equal(typeof(Task<IResult>), http.Method.ReturnType);
                Assert.All(others, parameter => Assert.Contains(parameter.ParameterType, new[] { typeof(string), typeof(long) }));
                Assert.All(others, parameter => Assert.Contains($"{{{parameter.Name}}}", http.Route, StringComparison.Ordinal));
                Assert.NotEmpty(http.Methods);
                break;
            case TimerFunction timer:
                Assert.Equal(typeof(TimerInfo), timer.Trigger.ParameterType);
                Assert.Equal(typeof(Task), timer.Method.ReturnType);
                Assert.Empty(others);
                Assert.False(timer.RunOnStartup);
                Assert.Contains(timer.Schedule.Trim('%'), Schedules.Defaults.Keys);
                Assert.Contains(timer.Schedule.Trim('%'), LocalSettings.Read(SampleSettings.Path).Keys);
                break;
        }
    }
}
