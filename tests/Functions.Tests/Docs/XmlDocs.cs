using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Functions.Tests.Docs;

/// <summary>The summaries that an assembly's members have in the XML file beside it, as Markdown of one line.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, Path.ChangeExtension(Path.GetFileName(assembly.Location), ".xml"));
        _members = XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
    }

    public string Of(Type type) => Render($"T:{type.FullName}");

    public string Of(PropertyInfo property) => Render($"P:{property.DeclaringType!.FullName}.{property.Name}");

    public string Of(FieldInfo field) => Render($"F:{field.DeclaringType!.FullName}.{field.Name}");

    private string Render(string member) => _members.TryGetValue(member, out var found) && found.Element("summary") is { } summary
        ? Spaces.Replace(string.Concat(summary.Nodes().Select(Render)), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal)
        : throw new InvalidOperationException($"{member} has no summary.");

    private static string Render(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement element when element.Attribute("cref") is { } reference => $"`{NameOf(reference.Value.Split('.'))}`",
        XElement element when (element.Attribute("langword") ?? element.Attribute("name")) is { } word => $"`{word.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Render)),
        _ => "",
    };

    // A setting is known by its own name, anything else by its class too.
    private static string NameOf(string[] path) =>
        path[0].StartsWith("T:", StringComparison.Ordinal) || path[^2].EndsWith("Options", StringComparison.Ordinal) ? path[^1] : $"{path[^2]}.{path[^1]}";

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces { get; }
}
