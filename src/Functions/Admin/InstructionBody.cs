using System.Text.Json;
using System.Text.Json.Serialization;
using Functions.Http;
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
/// <param name="keys">Whose key it is.</param>
public sealed class InstructionReader(CallerKeys keys)
{
    /// <summary>The instruction, or the refusal.</summary>
    /// <exception cref="BadHttpRequestException">The body is no JSON of a bearable size.</exception>
    public async Task<(Instruction? Instruction, ProblemResult? Refusal)> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var json = await JsonBody.ReadAsync(request, cancellation);
        try
        {
            var reason = JsonSerializer.Deserialize(json.Span, InstructionJson.Default.InstructionBody)?.Reason.Trim();
            return reason is { Length: > 0 and <= Instruction.MaxReason } && !reason.Any(char.IsControl)
                ? (new Instruction(keys.NameOf(request), reason), null)
                : (null, AdminProblems.Malformed($"reason must have 1 to {Instruction.MaxReason} characters, on one line."));
        }
        catch (JsonException fault)
        {
            return (null, AdminProblems.Malformed(JsonFault.Describe(fault)));
        }
    }
}
