using System.Reflection;
using Functions.Operators;

namespace Functions.Catalog;

/// <summary>Reads the functions of an assembly from their attributes.</summary>
/// <remarks>
/// Only classes whose names end in <c>Functions</c> are looked at: it keeps the start short, and a test holds everyone to it.
/// </remarks>
public static class FunctionCatalog
{
    private const string ClassSuffix = "Functions";

    /// <summary>Every function of an assembly, by class and then in the order written.</summary>
    /// <exception cref="InvalidOperationException">A function has no trigger or wants a key of the host's, or two functions share a name.</exception>
    public static IReadOnlyList<FunctionDescriptor> Read(Assembly assembly)
    {
        var functions = new List<FunctionDescriptor>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var type in assembly.GetTypes())
        {
            if (!type.IsClass || !type.Name.EndsWith(ClassSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is not { } function)
                {
                    continue;
                }

                if (!names.Add(function.Name))
                {
                    throw new InvalidOperationException($"Two functions are named {function.Name}.");
                }

                functions.Add(Describe(function.Name, method));
            }
        }

        return functions;
    }

    private static FunctionDescriptor Describe(string name, MethodInfo method)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.GetCustomAttribute<HttpTriggerAttribute>() is { } http)
            {
                // OPTIONS is CORS, which is not the function's: behind the Functions host it only comes through when the trigger names it.
                string[] methods = [.. (http.Methods ?? []).Select(method => method.ToUpperInvariant()).Where(method => method != HttpMethods.Options)];
                if (http.AuthLevel != AuthorizationLevel.Anonymous)
                {
                    throw new InvalidOperationException($"Function {name} leaves keys to the Functions host: say [Operator] instead.");
                }

                var role = method.GetCustomAttribute<OperatorAttribute>()?.Role;
                return new HttpFunction(name, method, parameter, role, methods, HostRoutes.ToOwn(http.Route ?? name));
            }

            if (parameter.GetCustomAttribute<TimerTriggerAttribute>() is { } timer)
            {
                return new TimerFunction(
                    name, method, parameter, timer.Schedule, timer.RunOnStartup, timer.UseMonitor);
            }
        }

        throw new InvalidOperationException($"Function {name} has no trigger.");
    }
}
