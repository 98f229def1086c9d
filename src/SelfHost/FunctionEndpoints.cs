using System.Reflection;
using Functions.Catalog;
using Functions.Health;
using Functions.Operators;

namespace SelfHost;

/// <summary>Puts the functions on the app's routes, and gives the timers to their scheduler.</summary>
public static class FunctionEndpoints
{
    /// <summary>The path in front of every function, as in <c>host.json</c>.</summary>
    public const string RoutePrefix = "api";

    /// <summary>Serves an assembly's functions.</summary>
    /// <param name="app">The app.</param>
    /// <param name="assembly">The assembly; the relayer's by default.</param>
    /// <exception cref="Functions.Configuration.ConfigurationException">A timer's schedule is missing or malformed.</exception>
    public static WebApplication MapFunctions(this WebApplication app, Assembly? assembly = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        foreach (var function in FunctionCatalog.Read(assembly ?? typeof(HealthFunctions).Assembly))
        {
            switch (function)
            {
                case HttpFunction http:
                    Map(app, http);
                    break;
                case TimerFunction timer:
                    app.Services.GetRequiredService<TimerScheduler>().Add(timer);
                    break;
            }
        }

        return app;
    }

    private static void Map(WebApplication app, HttpFunction function)
    {
        var route = $"/{RoutePrefix}/{function.Route}";
        RequestDelegate handler = function.Role is null ? context => FunctionInvoker.InvokeAsync(function, context) : async context =>
        {
            if (await app.Services.GetRequiredService<OperatorGate>().CheckAsync(context, function.Role) is { } refusal)
            {
                await refusal.ExecuteAsync(context);
                return;
            }

            await FunctionInvoker.InvokeAsync(function, context);
        };
        if (function.Methods.Count == 0)
        {
            app.Map(route, handler);
        }
        else
        {
            app.MapMethods(route, function.Methods, handler);
        }
    }
}
