using System.Reflection;
using Functions.Catalog;
using Functions.Configuration;
using Functions.Health;
using Functions.Operators;
using Functions.Timers;

namespace SelfHost;

/// <summary>Puts the functions on the app's routes, and gives the timers to their scheduler.</summary>
public static class FunctionEndpoints
{
    /// <summary>The path in front of every function, as in <c>host.json</c>.</summary>
    public const string RoutePrefix = "api";

    /// <summary>Serves an assembly's functions.</summary>
    /// <param name="app">The app.</param>
    /// <param name="assembly">The assembly; the relayer's by default.</param>
    /// <exception cref="ConfigurationException">A timer's schedule is missing or malformed, or something was found wrong while services were added.</exception>
    public static WebApplication MapFunctions(this WebApplication app, Assembly? assembly = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var functions = FunctionCatalog.Read(assembly ?? typeof(HealthFunctions).Assembly);
        string[] faults =
        [
            .. app.Services.GetServices<StartFaults>().SelectMany(found => found.Faults),
            .. Schedule.Faults(functions.OfType<TimerFunction>(), app.Configuration),
        ];
        if (faults.Length > 0)
        {
            throw new ConfigurationException(faults);
        }

        foreach (var function in functions)
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
