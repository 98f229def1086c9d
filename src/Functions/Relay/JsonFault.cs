using System.Text.Json;

namespace Functions.Relay;

/// <summary>What is wrong with a body, for people, without the serializer's talk of types.</summary>
internal static class JsonFault
{
    private const string Missing = "missing required properties including: ";

    /// <summary>Names the member and what is wrong with it.</summary>
    public static string Describe(JsonException fault)
    {
        var member = (fault.Path ?? "$").TrimStart('$').TrimStart('.');
        var where = member.Length == 0 ? "The body" : member;
        var message = fault.Message;
        if (message.IndexOf(Missing, StringComparison.Ordinal) is var start and >= 0)
        {
            var names = message[(start + Missing.Length)..];
            return $"{where} lacks {names[..(names.IndexOf('.', StringComparison.Ordinal) is var end and >= 0 ? end : names.Length)]}.";
        }

        if (message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return $"{where} is not part of a request.";
        }

        if (message.Contains("uplicate", StringComparison.Ordinal))
        {
            return $"{where} has a member twice.";
        }

        if (message.Contains("null values", StringComparison.Ordinal))
        {
            return $"{where} must not be null.";
        }

        return message.Contains("could not be converted", StringComparison.Ordinal)
            ? $"{where} is not of the type that a request has there: chainId and deadline are whole numbers, all else is in strings."
            : $"{where} is not valid JSON, or is nested too deeply.";
    }
}
