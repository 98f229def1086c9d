using System.Collections.Concurrent;
using System.Reflection;

namespace SelfHost;

/// <summary>Makes instances of function classes by constructor injection, one for each call.</summary>
internal static class FunctionInstances
{
    private static readonly ConcurrentDictionary<Type, (ConstructorInvoker Invoker, Type[] Parameters)> Constructors = new();

    /// <summary>A new instance.</summary>
    /// <exception cref="InvalidOperationException">A service is missing, or the class has not one public constructor.</exception>
    public static object Create(IServiceProvider services, Type type)
    {
        var (invoker, parameters) = Constructors.GetOrAdd(type, Find);
        var arguments = new object?[parameters.Length];
        for (var index = 0; index < parameters.Length; index++)
        {
            arguments[index] = services.GetRequiredService(parameters[index]);
        }

        return invoker.Invoke(arguments.AsSpan());
    }

    private static (ConstructorInvoker Invoker, Type[] Parameters) Find(Type type) => type.GetConstructors() switch
    {
        [var only] => (ConstructorInvoker.Create(only), Array.ConvertAll(only.GetParameters(), p => p.ParameterType)),
        _ => throw new InvalidOperationException($"{type.Name} needs exactly one public constructor."),
    };
}
