using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deploy.Tests.Bicep;

namespace Deploy.Tests.Templates;

/// <summary>What keeps keys and money safe, as values: a misspelt one of an open enumeration would pass every other check.</summary>
[Trait("needs", "services")]
public sealed partial class SecurityTests(BuiltTemplates templates)
{
    public static TheoryData<string> Profiles => BuiltTemplates.EachProfile;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Storage_has_no_shared_keys_and_keeps_old_versions(string profile)
    {
        var storage = templates[profile].Properties("Microsoft.Storage/storageAccounts");

        Assert.False((bool)storage["allowSharedKeyAccess"]!);
        Assert.False((bool)storage["allowBlobPublicAccess"]!);
        Assert.True((bool)storage["supportsHttpsTrafficOnly"]!);
        Assert.Equal("TLS1_2", (string?)storage["minimumTlsVersion"]);
        Assert.True((bool)templates[profile].Properties("Microsoft.Storage/storageAccounts/blobServices")["isVersioningEnabled"]!);
    }

    [Theory]
    [InlineData("test", 7)]
    [InlineData("production", 90)]
    public void Both_vaults_go_by_roles_cannot_be_purged_and_log_who_reads(string profile, int days)
    {
        var vaults = templates[profile].Of("Microsoft.KeyVault/vaults");

        Assert.Equal(2, vaults.Count);
        Assert.All(vaults.Select(vault => vault["properties"]!), vault =>
        {
            Assert.True((bool)vault["enableRbacAuthorization"]!);
            Assert.True((bool)vault["enablePurgeProtection"]!);
            Assert.True((bool)vault["enableSoftDelete"]!);
            Assert.Equal(days, (int)vault["softDeleteRetentionInDays"]!);
            Assert.Null(vault["accessPolicies"]);
        });
        var audits = templates[profile].Of("Microsoft.Insights/diagnosticSettings").Where(one => ((string)one["id"]!).Contains("/vaults/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, audits.Length);
        Assert.All(audits, one => Assert.Equal("audit", (string?)Assert.Single(one["properties"]!["logs"]!.AsArray())!["categoryGroup"]));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_database_knows_no_passwords_and_speaks_TLS_alone(string profile)
    {
        var server = templates[profile].Properties("Microsoft.DBforPostgreSQL/flexibleServers");
        var configurations = templates[profile].Of("Microsoft.DBforPostgreSQL/flexibleServers/configurations")
            .ToDictionary(one => ((string)one["name"]!).Split('/')[^1], one => (string?)one["properties"]!["value"]);

        Assert.Equal("Disabled", (string?)server["authConfig"]!["passwordAuth"]);
        Assert.Equal("Enabled", (string?)server["authConfig"]!["activeDirectoryAuth"]);
        Assert.Null(server["administratorLogin"]);
        Assert.Equal("ON", configurations["require_secure_transport"]);
        Assert.Equal("TLSv1.3", configurations["ssl_min_protocol_version"]);
    }

    [Theory]
    [InlineData("test", "Disabled", 7, "Disabled", "Burstable")]
    [InlineData("production", "ZoneRedundant", 35, "Enabled", "GeneralPurpose")]
    public void The_database_of_production_stands_in_two_zones_and_is_backed_up_elsewhere(string profile, string zones, int days, string geo, string tier)
    {
        var server = templates[profile].Single("Microsoft.DBforPostgreSQL/flexibleServers");

        Assert.Equal(zones, (string?)server["properties"]!["highAvailability"]!["mode"]);
        Assert.Equal(days, (int)server["properties"]!["backup"]!["backupRetentionDays"]!);
        Assert.Equal(geo, (string?)server["properties"]!["backup"]!["geoRedundantBackup"]);
        Assert.Equal(tier, (string?)server["sku"]!["tier"]);
    }

    [Fact]
    public void In_production_vaults_storage_and_database_are_reached_over_the_private_network_alone()
    {
        var deployment = templates["production"];
        string[] closed = ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"];

        Assert.All(closed.SelectMany(deployment.Of), one =>
        {
            Assert.Equal("Disabled", (string?)one["properties"]!["publicNetworkAccess"]);
            Assert.Equal("Deny", (string?)one["properties"]!["networkAcls"]!["defaultAction"]);
        });
        Assert.Equal("Disabled", (string?)deployment.Properties("Microsoft.DBforPostgreSQL/flexibleServers")["network"]!["publicNetworkAccess"]);
        Assert.Empty(deployment.Of("Microsoft.DBforPostgreSQL/flexibleServers/firewallRules"));
        Assert.Equal(3, deployment.Of("Microsoft.Network/privateEndpoints").Count);
        Assert.Equal(3, deployment.Of("Microsoft.Network/privateDnsZones").Count);
        Assert.EndsWith("/subnets/app", (string?)deployment.Properties("Microsoft.Web/sites")["virtualNetworkSubnetId"], StringComparison.Ordinal);
        var delegated = deployment.Properties("Microsoft.Network/virtualNetworks")["subnets"]!.AsArray()
            .Select(subnet => (string?)subnet!["properties"]!["delegations"]?[0]!["properties"]!["serviceName"]);
        Assert.Equal(["Microsoft.App/environments", "Microsoft.DBforPostgreSQL/flexibleServers", null], delegated);
    }

    [Fact]
    public void In_production_vaults_and_database_are_locked_and_in_a_test_they_can_go()
    {
        Assert.Equal(3, templates["production"].Of("Microsoft.Authorization/locks").Count(one => (string?)one["properties"]!["level"] == "CanNotDelete"));
        Assert.Empty(templates["test"].Of("Microsoft.Authorization/locks"));
        Assert.Empty(templates["test"].Of("Microsoft.Network/virtualNetworks"));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Nobody_publishes_with_a_password_and_telemetry_wants_a_token(string profile)
    {
        var deployment = templates[profile];
        var policies = deployment.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies");

        Assert.Equal(["ftp", "scm"], policies.Select(one => ((string)one["name"]!).Split('/')[^1]).Order());
        Assert.All(policies, one => Assert.False((bool)one["properties"]!["allow"]!));
        Assert.True((bool)deployment.Properties("Microsoft.Insights/components")["DisableLocalAuth"]!);
        Assert.True((bool)deployment.Properties("Microsoft.OperationalInsights/workspaces")["features"]!["disableLocalAuth"]!);
        Assert.True((bool)deployment.Properties("Microsoft.Web/sites")["httpsOnly"]!);
    }

    [Fact]
    public void A_release_job_is_believed_for_one_repository_and_one_environment()
    {
        var credentials = templates["production"].Of("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials");

        Assert.Equal(2, credentials.Count);
        Assert.All(credentials, one => Assert.Equal("repo:example/relayer:environment:relayer-production", (string?)one["properties"]!["subject"]));
        Assert.Empty(templates["test"].Of("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"));
    }

    [Fact]
    public void Outputs_hold_no_secret_and_nothing_asks_azure_for_one()
    {
        string[] expected =
        [
            "AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "RELAYER_APP", "RELAYER_COUNCIL_VAULT", "RELAYER_DATABASE_HOST", "RELAYER_DATABASE_NAME", "RELAYER_DATABASE_ROLE",
            "RELAYER_FRONTEND_HOST", "RELAYER_HOST", "RELAYER_NAME_SERVERS", "RELAYER_OWNER", "RELAYER_OWNER_CLIENT_ID", "RELAYER_RELEASE_CLIENT_ID", "RELAYER_VAULT",
        ];
        var text = templates.Built.ToJsonString();

        Assert.Equal(expected, templates.Built["outputs"]!.AsObject().Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.DoesNotMatch(Asking, text);
        Assert.DoesNotContain("securestring", text, StringComparison.OrdinalIgnoreCase);
        Assert.All(OutputsBelow(templates.Built), output => Assert.DoesNotMatch("(?i)connectionstring|password|secret|token", output));
    }

    private static IEnumerable<string> OutputsBelow(JsonNode? node) => node switch
    {
        JsonObject one => (one["outputs"] is JsonObject outputs ? outputs.Select(output => output.Value!["value"]?.ToJsonString() ?? "") : [])
            .Concat(one.SelectMany(child => OutputsBelow(child.Value))),
        JsonArray many => many.SelectMany(OutputsBelow),
        _ => [],
    };

    // listKeys(), listAccountSas(), and all their kin.
    [GeneratedRegex(@"(?i)\blist\w*\(")]
    private static partial Regex Asking { get; }
}
