using System.Globalization;
using System.Reflection;
using Functions.Catalog;
using Functions.Http;

namespace SelfHost;

/// <summary>Calls functions: binds their parameters by type and name, and awaits what they return.</summary>
internal static class FunctionInvoker
{
    /// <summary>Calls an HTTP function and sends its answer.</summary>
    public static async Task InvokeAsync(HttpFunction function, HttpContext context)
    {
        var parameters = function.Method.GetParameters();
        var arguments = new object?[parameters.Length];
        for (var index = 0; index < parameters.Length; index++)
        {
            arguments[index] = Bind(parameters[index], context);
        }

        var result = Call(function, context.RequestServices, arguments) switch
        {
            Task<IResult> task => await task,
            IResult ready => ready,
            _ => throw new InvalidOperationException($"Function {function.Name} must return Task<IResult>."),
        };
        await result.ExecuteAsync(context);
    }

    /// <summary>Calls a timer function.</summary>
    public static async Task InvokeAsync(
        TimerFunction function, IServiceProvider services, TimerInfo timer, CancellationToken cancellation)
    {
        var arguments = Array.ConvertAll<ParameterInfo, object?>(
            function.Method.GetParameters(),
            parameter => parameter == function.Trigger ? timer
                : parameter.ParameterType == typeof(CancellationToken) ? cancellation
                : throw Unbindable(parameter));
        await (Call(function, services, arguments) as Task
            ?? throw new InvalidOperationException($"Function {function.Name} must return Task."));
    }

    private static object? Call(FunctionDescriptor function, IServiceProvider services, object?[] arguments)
    {
        var instance = FunctionInstances.Create(services, function.Method.DeclaringType!);
        return function.Method.Invoke(
            instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, CultureInfo.InvariantCulture);
    }

    private static object Bind(ParameterInfo parameter, HttpContext context)
    {
        if (parameter.ParameterType == typeof(HttpRequest))
        {
            return context.Request;
        }

        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return context.RequestAborted;
        }

        var text = context.Request.RouteValues[parameter.Name!] as string ?? throw Unbindable(parameter);
        if (parameter.ParameterType == typeof(string))
        {
            return text;
        }

        if (parameter.ParameterType == typeof(long))
        {
            return PathNumber.Read(parameter.Name!, text);
        }

        throw Unbindable(parameter);
    }

    private static InvalidOperationException Unbindable(ParameterInfo parameter) =>
        new($"Parameter {parameter.Name} of {parameter.Member.Name} cannot be bound.");
}
