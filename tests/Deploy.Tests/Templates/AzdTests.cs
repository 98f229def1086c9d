using DevChain;

namespace Deploy.Tests.Templates;

/// <summary><c>azure.yaml</c> names what is there. The tool itself was not at hand.</summary>
public sealed class AzdTests
{
    [Fact]
    public void The_templates_and_the_project_that_it_names_are_there()
    {
        var root = Yaml.Read("azure.yaml");
        var (infra, service) = (root["infra"], root["services"]["relayer"]);

        Assert.Equal("bicep", infra.Text("provider"));
        Assert.True(File.Exists(RepositoryRoot.Combine(infra.Text("path"), $"{infra.Text("module")}.bicepparam")));
        Assert.True(Directory.Exists(RepositoryRoot.Combine(service.Text("project").Split('/'))));
        Assert.Equal(("dotnet", "function"), (service.Text("language"), service.Text("host")));
    }
}
