using System.Diagnostics;
using System.Reflection;
using DevChain.Processes;

namespace QuickRun;

/// <summary>
/// A class of tests that may start a chain, a database, the app or a browser carries <c>[Trait("needs", "services")]</c>, itself or by its
/// collection, and no other class does: so the rest runs alone, with <c>--filter-not-trait needs=services</c>.
/// </summary>
public sealed class ServicesTraitTests
{
    private static readonly Assembly Tests = typeof(ServicesTraitTests).Assembly;

    private static readonly CallGraph Graph = new(type =>
        type.Assembly == Tests || type.Assembly.GetName().Name is "DevChain" or "Storms" or "Abuse" or "SampleApp");

    private static readonly Type[] Classes = [.. Tests.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false }
        && type.GetMethods().Any(method => method.GetCustomAttributes<FactAttribute>().Any()))];

    [Fact]
    public void What_starts_a_process_is_marked_and_nothing_else_is()
    {
        var wrong = Classes.Where(type => Starts(type) != IsMarked(type))
            .Select(type => $"{type.FullName}: {(IsMarked(type) ? "marked, and starts nothing" : "starts a process, and is not marked")}").Order();

        var told = string.Join('\n', wrong);
        Assert.True(told.Length == 0, told);
    }

    [Fact]
    public void The_check_sees_what_is_started_through_fixtures_lambdas_and_async_methods()
    {
        Assert.True(Starts(typeof(StartsByFixture)));
        Assert.True(Starts(typeof(StartsByWhatItIsGiven)));
        Assert.True(Starts(typeof(StartsInLambda)));
        Assert.False(Starts(typeof(StartsNothing)));
    }

    private static bool Starts(Type type) => Graph.Reaches(
        [.. Graph.MembersOf(type), .. FixturesOf(type).Concat(GivenTo(type)).SelectMany(Graph.MembersOf)],
        method => method.DeclaringType == typeof(ChildProcess) || method.DeclaringType == typeof(Process) && method.Name == nameof(Process.Start));

    private static bool IsMarked(Type type) =>
        Marks(type).Concat(CollectionOf(type) is { } collection ? Marks(collection) : []).Any(trait => trait is { Name: "needs", Value: "services" });

    private static IEnumerable<TraitAttribute> Marks(Type type) => type.GetCustomAttributes<TraitAttribute>(inherit: true);

    private static IEnumerable<Type> FixturesOf(Type type) => type.GetInterfaces().Concat(CollectionOf(type)?.GetInterfaces() ?? [])
        .Where(one => one.IsGenericType
            && (one.GetGenericTypeDefinition() == typeof(IClassFixture<>) || one.GetGenericTypeDefinition() == typeof(ICollectionFixture<>)))
        .Select(one => one.GetGenericArguments()[0]);

    // The assembly's fixtures are known by the constructors that take them.
    private static IEnumerable<Type> GivenTo(Type type) =>
        type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType)
            .Where(given => given.Assembly == Tests);

    private static Type? CollectionOf(Type type) => type.GetCustomAttribute<CollectionAttribute>(inherit: true)?.Name is { } name
        ? Tests.GetTypes().FirstOrDefault(one => one.GetCustomAttribute<CollectionDefinitionAttribute>()?.Name == name)
        : null;

    private sealed class Fixture
    {
        public Task<ChildProcess> Process { get; } = Task.Run(() => ChildProcess.StartAsync(null!));
    }

    private sealed class StartsByFixture : IClassFixture<Fixture>;

    private sealed class StartsByWhatItIsGiven
    {
        public StartsByWhatItIsGiven(Fixture fixture) => _ = fixture;
    }

    private sealed class StartsInLambda
    {
        private readonly Lazy<Task> _process = new(async () =>
        {
            await Task.Yield();
            await ChildProcess.StartAsync(null!);
        });

        public Task RunAsync() => _process.Value;
    }

    private sealed class StartsNothing
    {
        public static Task RunAsync() => Task.CompletedTask;
    }
}
