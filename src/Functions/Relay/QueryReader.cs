using System.Globalization;

namespace Functions.Relay;

/// <summary>Reads query parameters, and remembers the first that is wrong.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    /// <summary>What is wrong; <see langword="null"/> while all is well.</summary>
    public string? Fault { get; private set; }

    /// <summary>An integer within bounds, or the default when it is not given.</summary>
    public long ReadInteger(string name, long otherwise, long min, long max)
    {
        var text = query[name].ToString();
        if (text.Length == 0 && !query.ContainsKey(name))
        {
            return otherwise;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        Fault ??= $"{name} must be an integer from {min} to {max}.";
        return otherwise;
    }
}
