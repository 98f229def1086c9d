using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace QuickRun;

/// <summary>What a method may come to call, read from the compiled bodies of this repository's assemblies.</summary>
/// <remarks>Calls through an interface or an override are not followed; lambdas, iterators and async methods are.</remarks>
/// <param name="isFollowed">Whether the bodies of a type's methods are read.</param>
internal sealed class CallGraph(Func<Type, bool> isFollowed)
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly Dictionary<MethodBase, MethodBase[]> _calls = [];

    /// <summary>The methods and constructors that a type and the types it derives from declare.</summary>
    public IEnumerable<MethodBase> MembersOf(Type type) =>
        type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared))
            .Concat(type.BaseType is { } parent && isFollowed(parent) ? MembersOf(Definition(parent)) : []);

    /// <summary>Whether one of the methods looked for can be reached.</summary>
    public bool Reaches(IEnumerable<MethodBase> from, Func<MethodBase, bool> isLookedFor)
    {
        var seen = new HashSet<MethodBase>();
        var open = new Stack<MethodBase>(from.Select(Definition));
        while (open.TryPop(out var method))
        {
            if (isLookedFor(method))
            {
                return true;
            }

            if (seen.Add(method) && method.DeclaringType is { } type && isFollowed(type))
            {
                foreach (var called in CallsOf(method))
                {
                    open.Push(called);
                }
            }
        }

        return false;
    }

    private MethodBase[] CallsOf(MethodBase method) =>
        _calls.TryGetValue(method, out var known) ? known : _calls[method] = [.. Read(method).Select(Definition).Distinct()];

    private static IEnumerable<MethodBase> Read(MethodBase method)
    {
        foreach (var machine in method.GetCustomAttributes<StateMachineAttribute>())
        {
            foreach (var member in machine.StateMachineType.GetMethods(Declared))
            {
                yield return member;
            }
        }

        if (method.DeclaringType?.TypeInitializer is { } initializer && initializer != method)
        {
            yield return initializer;
        }

        var body = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i < body.Length;)
        {
            var code = Codes[body[i] == 0xfe ? unchecked((short)(0xfe00 | body[++i])) : body[i]];
            i++;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineTok
                && method.Module.ResolveMember(
                    BitConverter.ToInt32(body, i), method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null)
                    is MethodBase called)
            {
                yield return called;
            }

            i += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(body, i)),
                _ => 4,
            };
        }
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    // One object for a method, however its type parameters are filled in.
    private static MethodBase Definition(MethodBase method) =>
        method.DeclaringType is { IsConstructedGenericType: true } or { IsArray: true } || method is { IsGenericMethod: true, IsGenericMethodDefinition: false }
            ? method.DeclaringType!.IsArray ? method : method.Module.ResolveMethod(method.MetadataToken) ?? method
            : method;
}
