using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Relayer.Core.Ethereum;

namespace Relayer.Core.Tests;

/// <summary>Who may know whom, read from the compiled assembly: every reference of every method counts, not only signatures.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "Relayer.Core.";

    /// <summary>Each part, and the other parts that it may know: those it uses, and no more. No part knows a feature, except that Treasury, Relay, Keepers and Transactions know Incidents.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Ethereum"] = [],
        ["Concurrency"] = [],
        ["Telemetry"] = [],
        ["Crashes"] = [],
        ["Configuration"] = ["Ethereum", "Crashes"],
        ["Storage"] = ["Ethereum", "Crashes"],
        ["Operations"] = ["Ethereum", "Storage"],
        ["Providers"] = ["Ethereum", "Configuration", "Concurrency", "Telemetry", "Storage"],
        ["Keys"] = ["Ethereum", "Configuration", "Concurrency"],
        ["Transactions"] =
            ["Ethereum", "Configuration", "Concurrency", "Telemetry", "Crashes", "Storage", "Operations", "Providers", "Keys", "Incidents"],
        ["Nethereum"] = ["Ethereum", "Configuration", "Providers", "Transactions"],
        ["Incidents"] = ["Ethereum", "Configuration", "Concurrency", "Storage", "Keys"],
        ["Treasury"] = ["Ethereum", "Configuration", "Concurrency", "Storage", "Operations", "Providers", "Keys", "Transactions", "Incidents"],
        ["Relay"] =
            ["Ethereum", "Configuration", "Concurrency", "Telemetry", "Crashes", "Storage", "Operations", "Providers", "Keys", "Transactions", "Incidents"],
        ["Keepers"] =
            ["Ethereum", "Configuration", "Concurrency", "Crashes", "Storage", "Operations", "Providers", "Keys", "Transactions", "Nethereum", "Incidents"],
    };

    [Fact]
    public void The_arrows_between_the_parts_point_one_way()
    {
        var forbidden = References().Where(reference => reference.From != reference.To && !Allows(reference.From, reference.To)).Distinct();

        var named = string.Join('\n', forbidden.Select(reference => $"{reference.From} -> {reference.To} ({reference.Type})"));
        Assert.True(named.Length == 0, named);
    }

    [Fact]
    public void Each_arrow_that_is_allowed_is_there()
    {
        var seen = References().Select(reference => (reference.From, reference.To)).ToHashSet();

        var unused = Arrows.SelectMany(part => part.Value.Select(to => (From: part.Key, To: to))).Where(arrow => !seen.Contains(arrow));

        var named = string.Join('\n', unused.Select(arrow => $"{arrow.From} -> {arrow.To}"));
        Assert.True(named.Length == 0, named);
    }

    [Fact]
    public void The_check_sees_the_arrows_that_are_there()
    {
        var seen = References().Select(reference => (reference.From, reference.To)).ToHashSet();

        Assert.Contains(("Relay", "Transactions"), seen);
        Assert.Contains(("Transactions", "Keys"), seen);
        Assert.Contains(("Storage", "Ethereum"), seen);
    }

    [Fact]
    public void The_core_knows_nothing_of_the_web_nor_of_Azure_Functions() =>
        Assert.DoesNotContain(
            typeof(Address).Assembly.GetReferencedAssemblies(),
            assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || assembly.Name.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal));

    [Fact]
    public void Only_keepers_know_Nethereum_so_that_a_relay_alone_never_loads_it()
    {
        using var file = new PEReader(File.OpenRead(typeof(Address).Assembly.Location));
        var reader = file.GetMetadataReader();
        var users = typeof(Address).Assembly.GetTypes().Where(type => Named(type, file, reader).Any(
            named => named.Assembly.GetName().Name!.StartsWith("Nethereum", StringComparison.Ordinal))).ToArray();

        Assert.NotEmpty(users);
        Assert.All(users, type => Assert.True(PartOf(type) is "Keepers" or "Nethereum", type.FullName));
    }

    private static bool Allows(string from, string to) => Arrows.TryGetValue(from, out var known) && known.Contains(to);

    /// <summary>From every type's bodies and signatures to every type of ours that they name.</summary>
    private static List<(string From, string To, string Type)> References()
    {
        using var file = new PEReader(File.OpenRead(typeof(Address).Assembly.Location));
        var reader = file.GetMetadataReader();
        var references = new List<(string, string, string)>();
        foreach (var type in typeof(Address).Assembly.GetTypes())
        {
            if (PartOf(type) is not { } from)
            {
                continue;
            }

            foreach (var named in Named(type, file, reader))
            {
                if (PartOf(named) is { } to)
                {
                    references.Add((from, to, $"{type.FullName} -> {named.FullName}"));
                }
            }
        }

        return references;
    }

    private static IEnumerable<Type> Named(Type type, PEReader file, MetadataReader reader)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var signatures = type.GetFields(All).Select(field => field.FieldType)
            .Concat(type.GetInterfaces())
            .Append(type.BaseType ?? typeof(object));
        var methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).ToArray();
        var parameters = methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType)
            .Concat(methods.OfType<MethodInfo>().Select(method => method.ReturnType));
        return signatures.Concat(parameters).SelectMany(Unfold).Concat(methods.SelectMany(method => Called(method, file, reader)));
    }

    private static IEnumerable<Type> Unfold(Type type) =>
        type.HasElementType ? Unfold(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Unfold).Append(type.GetGenericTypeDefinition())
        : [type];

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The types that a body's instructions name, or whose members they do.</summary>
    private static IEnumerable<Type> Called(MethodBase method, PEReader file, MetadataReader reader)
    {
        var definition = reader.GetMethodDefinition((MethodDefinitionHandle)System.Reflection.Metadata.Ecma335.MetadataTokens.Handle(method.MetadataToken));
        if (definition.RelativeVirtualAddress == 0)
        {
            yield break;
        }

        var body = file.GetMethodBody(definition.RelativeVirtualAddress).GetILBytes() ?? [];
        for (var i = 0; i < body.Length;)
        {
            var code = Codes[body[i] == 0xfe ? unchecked((short)(0xfe00 | body[++i])) : body[i]];
            i++;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok
                && Resolve(method, BitConverter.ToInt32(body, i)) is { } named)
            {
                foreach (var part in Unfold(named))
                {
                    yield return part;
                }
            }

            i += SizeOf(code.OperandType, body, i);
        }
    }

    private static int SizeOf(OperandType operand, byte[] body, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(body, at)),
        _ => 4,
    };

    private static Type? Resolve(MethodBase method, int token)
    {
        // Only tokens of types, fields, methods and member references; anything else is a number that looks like one.
        if ((token >>> 24) is not (0x01 or 0x02 or 0x04 or 0x06 or 0x0a or 0x1b or 0x2b))
        {
            return null;
        }

        try
        {
            var type = method.DeclaringType!;
            var member = method.Module.ResolveMember(
                token, type.IsGenericType ? type.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null);
            return member as Type ?? member?.DeclaringType;
        }
        catch (Exception unresolved) when (unresolved is ArgumentException or BadImageFormatException or TypeLoadException)
        {
            return null;
        }
    }

    private static string? PartOf(Type type) => type.Namespace is { } name && name.StartsWith(Root, StringComparison.Ordinal)
        ? name[Root.Length..].Split('.')[0]
        : null;
}
