using System.Text.Json;
using System.Text.Json.Serialization;
using Functions.Http;
using Functions.Operators;
using Functions.Relay;
using Relayer.Core.Operations;

namespace Functions.Admin;

/// <summary>What an operator says with a command.</summary>
/// <param name="Reason">Why, on one line, for those who read the audit later: 1 to 500 characters.</param>
public sealed record InstructionBody(string Reason);

/// <summary>How it is read: nothing unknown, missing or twice.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 4)]
[JsonSerializable(typeof(InstructionBody))]
internal sealed partial class InstructionJson : JsonSerializerContext;

/// <summary>Reads who gives a command, and why.</summary>
internal static class InstructionReader
{
    /// <summary>The instruction, or the refusal.</summary>
    /// <exception cref="BadHttpRequestException">The body is no JSON of a bearable size.</exception>
    public static async Task<(Instruction? Instruction, ProblemResult? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var json = await JsonBody.ReadAsync(request, cancellation);
        try
        {
            return Of(request, JsonSerializer.Deserialize(json.Span, InstructionJson.Default.InstructionBody)?.Reason);
        }
        catch (JsonException fault)
        {
            return (null, AdminProblems.Malformed(JsonFault.Describe(fault)));
        }
    }

    /// <summary>The instruction with a reason that came in a larger body, or the refusal.</summary>
    public static (Instruction? Instruction, ProblemResult? Refusal) Of(HttpRequest request, string? text) =>
        text?.Trim() is { Length: > 0 and <= Instruction.MaxReason } reason && !reason.Any(char.IsControl)
            ? (new Instruction(OperatorGate.OperatorOf(request.HttpContext).Name, reason), null)
            : (null, AdminProblems.Malformed($"reason must have 1 to {Instruction.MaxReason} characters, on one line."));
}
