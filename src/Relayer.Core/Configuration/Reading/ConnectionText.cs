using System.ComponentModel;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Npgsql;

namespace Relayer.Core.Configuration.Reading;

/// <summary>Reads a connection string word by word, to tell all that is wrong with it without repeating what may be secret. Pure.</summary>
internal static class ConnectionText
{
    // One letter too many, too few, or two in the wrong order.
    private const int MostEdits = 2;

    private static readonly Dictionary<string, string> Expected = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SSLMode"] = "must be Disable, Allow, Prefer, Require, VerifyCA or VerifyFull",
        ["TargetSessionAttributes"] = "must be any, primary, read-write or another that Npgsql knows",
    };

    /// <summary>Reads it.</summary>
    /// <returns>What it says, without what cannot be read, and what is wrong; nothing when it is no connection string at all.</returns>
    public static (NpgsqlConnectionStringBuilder? Settings, IReadOnlyList<string> Faults) Read(string text)
    {
        // A password in a URL must not be taken for a word that is repeated.
        if (text.Contains("://", StringComparison.Ordinal) && !text[..text.IndexOf("://", StringComparison.Ordinal)].Contains('=', StringComparison.Ordinal))
        {
            return (null, ["is a URL; write it in words, such as Host=…;Database=…;Username=…;Password=…"]);
        }

        DbConnectionStringBuilder words;
        try
        {
            words = new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            return (null, ["is not a connection string: words and values such as Host=…;Database=…, parted by semicolons (a value with one in it stands in quotes)"]);
        }

        var (settings, faults) = (new NpgsqlConnectionStringBuilder(), new List<string>());
        foreach (string word in words.Keys)
        {
            if (!settings.ContainsKey(word))
            {
                faults.Add(Unknown(word));
                continue;
            }

            try
            {
                settings[word] = words[word];
            }
            catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or OverflowException)
            {
                faults.Add($"{word}: its value {Expected.GetValueOrDefault(Plain(word), "cannot be read, or is out of bounds")}");
            }
        }

        return (settings, faults);
    }

    // What is like no word that is known may be a piece of a password that had a semicolon in it.
    private static string Unknown(string word)
    {
        var near = typeof(NpgsqlConnectionStringBuilder).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(property => property.GetCustomAttribute<DisplayNameAttribute>()?.DisplayName).OfType<string>()
            .Select(name => (Name: name, Edits: Edits(Plain(name), Plain(word)))).OrderBy(one => one.Edits).First();
        return near.Edits <= MostEdits
            ? string.Create(CultureInfo.InvariantCulture, $"has the word {word}, which Npgsql does not know: is {near.Name} meant?")
            : "has a word that Npgsql does not know (a value with a semicolon in it stands in quotes)";
    }

    private static string Plain(string word) => word.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>How many letters have to be changed, put in or taken out to make one word of the other.</summary>
    private static int Edits(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[^1];
    }
}
