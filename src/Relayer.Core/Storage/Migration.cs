using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Relayer.Core.Storage;

/// <summary>One step of the schema: a numbered SQL file.</summary>
/// <param name="Number">Its place in the order. A program's number is that of its newest step.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">What it does.</param>
/// <param name="Oldest">
/// The oldest program that can go on once it is applied, from a first line <c>-- oldest: 12</c>; null for a step that only adds, beside which
/// every program goes on.
/// </param>
internal sealed partial record Migration(int Number, string Name, string Sql, int? Oldest = null)
{
    /// <summary>Every step of this program, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>Reads a step.</summary>
    /// <param name="name">The file's name, without its ending; it begins with four digits.</param>
    /// <param name="sql">What is in it.</param>
    public static Migration Read(string name, string sql)
    {
        var oldest = OldestLine.Match(sql);
        return new Migration(Number(name[..4]), name, sql, oldest.Success ? Number(oldest.Groups[1].Value) : null);

        static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
    }

    private static Migration[] Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Migrations.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(name.Split('.')[^2].TrimStart('_'), Text(assembly, name)))];
    }

    private static string Text(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\A-- oldest: (\d+)\s", RegexOptions.CultureInvariant)]
    private static partial Regex OldestLine { get; }
}
