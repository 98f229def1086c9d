using System.Globalization;

namespace Functions.Http;

/// <summary>Whole numbers in a path.</summary>
public static class PathNumber
{
    /// <summary>The number.</summary>
    /// <param name="name">What it is called in the route.</param>
    /// <param name="text">As the path has it.</param>
    /// <exception cref="BadHttpRequestException">400: it is not a whole number of 64 bits.</exception>
    public static long Read(string name, string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new BadHttpRequestException($"'{name}' in the path is not a whole number.");
}
