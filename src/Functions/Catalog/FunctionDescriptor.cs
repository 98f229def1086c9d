using System.Reflection;
using Relayer.Core.Configuration;

namespace Functions.Catalog;

/// <summary>One function, as its attributes describe it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Method">The method that is called.</param>
/// <param name="Trigger">The parameter that carries the trigger's attribute.</param>
public abstract record FunctionDescriptor(string Name, MethodInfo Method, ParameterInfo Trigger);

/// <summary>A function called over HTTP.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Method">The method that is called.</param>
/// <param name="Trigger">The request parameter.</param>
/// <param name="Role">The least role of the operator whose key the caller must show; <see langword="null"/> for everybody.</param>
/// <param name="Methods">HTTP methods, upper case and without OPTIONS; empty means any.</param>
/// <param name="Route">The template below the route prefix.</param>
public sealed record HttpFunction(
    string Name,
    MethodInfo Method,
    ParameterInfo Trigger,
    OperatorRole? Role,
    IReadOnlyList<string> Methods,
    string Route) : FunctionDescriptor(Name, Method, Trigger);

/// <summary>A function fired by a timer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Method">The method that is called.</param>
/// <param name="Trigger">The timer parameter.</param>
/// <param name="Schedule">The schedule as written, possibly <c>%Key%</c>.</param>
/// <param name="RunOnStartup">Also fires at start.</param>
/// <param name="UseMonitor">Past runs are remembered.</param>
public sealed record TimerFunction(
    string Name,
    MethodInfo Method,
    ParameterInfo Trigger,
    string Schedule,
    bool RunOnStartup,
    bool UseMonitor) : FunctionDescriptor(Name, Method, Trigger);
