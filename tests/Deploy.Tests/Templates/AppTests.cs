using Deploy.Tests.Bicep;
using Functions.Catalog;
using Functions.Health;

namespace Deploy.Tests.Templates;

/// <summary>The plan and the app: what Flex Consumption wants, and which of the app's functions it names.</summary>
[Trait("needs", "services")]
public sealed class AppTests(BuiltTemplates templates)
{
    private static readonly string[] Timers = [.. FunctionCatalog.Read(typeof(HealthFunctions).Assembly).OfType<TimerFunction>().Select(timer => timer.Name)];

    public static TheoryData<string> Profiles => BuiltTemplates.EachProfile;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void It_is_an_isolated_worker_on_flex_consumption(string profile)
    {
        var plan = templates[profile].Single("Microsoft.Web/serverfarms");
        var site = templates[profile].Single("Microsoft.Web/sites");
        var configuration = site["properties"]!["functionAppConfig"]!;

        Assert.Equal(("FC1", "FlexConsumption"), ((string?)plan["sku"]!["name"], (string?)plan["sku"]!["tier"]));
        Assert.True((bool)plan["properties"]!["reserved"]!);
        Assert.Equal("functionapp,linux", (string?)site["kind"]);
        Assert.Equal(("dotnet-isolated", "10.0"), ((string?)configuration["runtime"]!["name"], (string?)configuration["runtime"]!["version"]));
        Assert.Equal("blobContainer", (string?)configuration["deployment"]!["storage"]!["type"]);
        Assert.Equal("UserAssignedIdentity", (string?)configuration["deployment"]!["storage"]!["authentication"]!["type"]);
        Assert.Contains((int)configuration["scaleAndConcurrency"]!["instanceMemoryMB"]!, new[] { 2048, 4096 }); // The bounds are for 1 GiB: docs/security.md.
        Assert.Equal("relayer", (string?)site["tags"]!["azd-service-name"]);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void No_setting_is_one_that_flex_consumption_refuses(string profile)
    {
        var names = templates[profile].Properties("Microsoft.Web/sites/config").Select(setting => setting.Key).ToArray();

        Assert.DoesNotContain("FUNCTIONS_WORKER_RUNTIME", names);
        Assert.DoesNotContain("AzureWebJobsStorage", names);
        Assert.DoesNotContain(names, name => name.StartsWith("WEBSITE_", StringComparison.Ordinal));
    }

    [Fact]
    public void In_production_calls_and_the_timers_that_money_waits_for_have_instances_ready()
    {
        var ready = ReadyIn("production");

        Assert.Contains("http", ready);
        Assert.Contains("function:ConfirmTransactions", ready);
        Assert.Contains("function:TopUpSigners", ready);
        Assert.All(ready.Where(name => name != "http"), name => Assert.Contains(name["function:".Length..], Timers));
        Assert.Empty(ReadyIn("test"));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Silence_of_a_timer_is_an_alert_and_each_alert_writes_to_somebody(string profile)
    {
        var deployment = templates[profile];
        var rules = deployment.Of("Microsoft.Insights/scheduledQueryRules");
        var silent = rules.Where(rule => ((string)rule["name"]!).Contains("-silence-", StringComparison.Ordinal)).ToArray();
        var watched = silent.Select(rule => ((string)rule["name"]!).Split("-silence-")[1]).ToArray();

        Assert.Contains("ConfirmTransactions", watched);
        Assert.All(watched, timer => Assert.Contains(timer, Timers));
        Assert.All(silent, rule =>
        {
            var criterion = Assert.Single(rule["properties"]!["criteria"]!["allOf"]!.AsArray())!;
            Assert.Contains($"\"{((string)rule["name"]!).Split("-silence-")[1]}\"", (string?)criterion["query"], StringComparison.Ordinal);
            Assert.Equal(("LessThan", 1), ((string?)criterion["operator"], (int)criterion["threshold"]!));
        });
        Assert.All(rules, rule => Assert.Single(rule["properties"]!["actions"]!["actionGroups"]!.AsArray()));
        Assert.All(deployment.Of("Microsoft.Insights/metricAlerts"), rule => Assert.Single(rule["properties"]!["actions"]!.AsArray()));
        Assert.NotEmpty(deployment.Properties("Microsoft.Insights/actionGroups")["emailReceivers"]!.AsArray());
        Assert.Contains("'https://{0}/api/ready'", (string?)deployment.Properties("Microsoft.Insights/webtests")["Request"]!["RequestUrl"], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_named_authorities_issue_certificates_for_the_domain_and_the_site_is_not_changed_by_its_pages()
    {
        var deployment = templates["production"];
        var records = deployment.Properties("Microsoft.Network/dnsZones/CAA")["caaRecords"]!.AsArray().Select(one => $"{one!["tag"]} {one["value"]}").ToArray();
        var site = deployment.Properties("Microsoft.Web/staticSites");

        Assert.Contains("issue digicert.com", records);
        Assert.Contains("issuewild ;", records);
        Assert.Equal("Disabled", (string?)site["stagingEnvironmentPolicy"]);
        Assert.False((bool)site["allowConfigFileUpdates"]!);
        Assert.Empty(templates["test"].Of("Microsoft.Network/dnsZones"));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Somebody_is_told_of_what_is_spent(string profile)
    {
        var budget = templates[profile].Properties("Microsoft.Consumption/budgets");

        Assert.True((int)budget["amount"]! > 0);
        Assert.Equal(["Actual", "Forecasted"], budget["notifications"]!.AsObject().Select(one => (string?)one.Value!["thresholdType"]).Order());
    }

    private string[] ReadyIn(string profile) => [.. templates[profile].Properties("Microsoft.Web/sites")["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!
        .AsArray().Select(one => (string)one!["name"]!)];
}
