using DevChain;
using YamlDotNet.RepresentationModel;

namespace Deploy.Tests;

/// <summary>YAML files of the repository, read for their structure.</summary>
internal static class Yaml
{
    /// <summary>The one document of a file.</summary>
    public static YamlMappingNode Read(params string[] path)
    {
        var file = new YamlStream();
        using var text = File.OpenText(RepositoryRoot.Combine(path));
        file.Load(text);
        return (YamlMappingNode)Assert.Single(file.Documents).RootNode;
    }

    /// <summary>What stands below a key, or nothing.</summary>
    public static YamlNode? Find(this YamlNode node, string key) =>
        node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var found) ? found : null;

    /// <summary>The text below a key, or an empty one.</summary>
    public static string Text(this YamlNode node, string key) => (node.Find(key) as YamlScalarNode)?.Value ?? "";

    /// <summary>The keys and what stands below them.</summary>
    public static IEnumerable<(string Key, YamlNode Value)> Entries(this YamlNode? node) =>
        node is YamlMappingNode map ? map.Children.Select(child => (((YamlScalarNode)child.Key).Value!, child.Value)) : [];

    /// <summary>The items of a list.</summary>
    public static IEnumerable<YamlNode> Items(this YamlNode? node) => node is YamlSequenceNode list ? list.Children : [];
}
