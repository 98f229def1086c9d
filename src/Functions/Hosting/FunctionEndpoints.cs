using System.Reflection;
using Functions.Catalog;

namespace Functions.Hosting;

/// <summary>Puts the functions on the app's routes.</summary>
public static class FunctionEndpoints
{
    /// <summary>The path in front of every function, as in <c>host.json</c>.</summary>
    public const string RoutePrefix = "api";

    /// <summary>Serves an assembly's functions: HTTP under <see cref="RoutePrefix"/>, and timers as the mode asks.</summary>
    /// <param name="app">The app.</param>
    /// <param name="assembly">The assembly; this one by default.</param>
    public static WebApplication MapFunctions(this WebApplication app, Assembly? assembly = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var mode = app.Services.GetRequiredService<HostMode>();
        if (mode.IsCustomHandler)
        {
            // The host's readiness and health probe: any answer will do, so it must cost nothing.
            app.MapGet("/", static context => Task.CompletedTask);
        }

        foreach (var function in FunctionCatalog.Read(assembly ?? typeof(FunctionEndpoints).Assembly))
        {
            switch (function)
            {
                case HttpFunction http:
                    Map(app, http, mode);
                    break;
                case TimerFunction timer when mode.IsCustomHandler:
                    app.MapPost("/" + timer.Name, context => WrappedTimer.InvokeAsync(timer, context));
                    break;
                case TimerFunction timer:
                    app.Services.GetRequiredService<TimerScheduler>().Add(timer);
                    break;
            }
        }

        return app;
    }

    private static void Map(WebApplication app, HttpFunction function, HostMode mode)
    {
        var route = $"/{RoutePrefix}/{function.Route}";
        RequestDelegate handler = mode.IsCustomHandler || function.Level == AuthorizationLevel.Anonymous
            ? context => FunctionInvoker.InvokeAsync(function, context)
            : context => app.Services.GetRequiredService<FunctionKeys>().Check(context.Request, function.Level) is { } refusal
                ? refusal.ExecuteAsync(context)
                : FunctionInvoker.InvokeAsync(function, context);
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
