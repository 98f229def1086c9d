using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DevChain;
using DevChain.Processes;
using Functions.Configuration;
using Functions.Timers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Reading;

namespace Functions.Tests.Hosting;

[Trait("needs", "services")]
public sealed class StartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alone_it_serves_on_the_configured_port()
    {
        await using var app = await ServedApp.AloneAsync(ServedApp.Real, Settings(("Schedules__Confirm", "0 0 0 1 1 *")), Cancellation);
        var health = await app.Client.GetFromJsonAsync<JsonObject>("/api/health", Cancellation);

        Assert.Equal("ok", (string?)health!["status"]);
        Assert.True(await app.Process.StopAsync(UnixSignal.Terminate, TimeSpan.FromSeconds(40)));
        Assert.Equal(0, app.Process.ExitCode);
    }

    [Theory]
    [InlineData("Chains__local__ChainId", "many", "Chains:local:ChainId")]
    [InlineData("Chains__local__Rpc__0", "nowhere", "Chains:local:Rpc:0: is not an http")]
    [InlineData("Operators__default__Key", "change-me", "Operators:default:Key: must have at least 32 characters")]
    [InlineData("Functions__Keys__default", "change-me", "Functions:Keys:default: was renamed, write Operators:default:Key")]
    [InlineData("Environment", "Production", "Operators:default:Key: is a placeholder, such as the sample's")]
    [InlineData("URLS", "http://*:0", "urls: opens the app to other machines, and Environment is Development")]
    [InlineData("Chains__local__Policy__Targets__0__Functions__1", "*", "Chains:local:Policy:Targets:0:Functions:1: allows every function")]
    [InlineData("Port", "70000", "Port: '70000' is not a TCP port")]
    [InlineData("Schedules__Confirm", "often", "Schedules:Confirm: 'often' is not a schedule")]
    [InlineData("Cors__Origins__0", "app.example/page", "Cors:Origins:0: 'app.example/page' is not an origin")]
    [InlineData("Database__ConnectionString", "Hots=127.0.0.1;Database=relayer", "Database:ConnectionString: has the word hots, which Npgsql does not know: is Host meant?")]
    [InlineData("Database__ConnectionString", "Username=relayer;Password=relayer;Database=relayer", "Database:ConnectionString: names no Host")]
    [InlineData("Database__ConnectionString", "@Microsoft.KeyVault(SecretUri=https://one.vault.azure.net/secrets/db/)", "Database:ConnectionString: is a Key Vault reference that was not resolved")]
    [InlineData("Database__ConnectionString", "Host=127.0.0.1;Database=relayer;Minimum Pool Size=9;Maximum Pool Size=3", "Database:ConnectionString: wants at least 9 connections")]
    [InlineData("Chains__local__Signers__0__Key", "@Microsoft.KeyVault(SecretUri=https://one.vault.azure.net/secrets/key/)", "Chains:local:Signers:0:Key: is a Key Vault reference")]
    [InlineData("Chains__local__Signers__0__Key", "0x0000000000000000000000000000000000000000000000000000000000000000", "Chains:local:Signers:0:Key: is 32 bytes that are no private key")]
    [InlineData("Logging__LogLevel__Default", "@Microsoft.KeyVault(VaultName=one;SecretName=two)", "Logging:LogLevel:Default: is a Key Vault reference")]
    [InlineData("URLS", "nonsense", "urls: 'nonsense' is not an address to listen at")]
    [InlineData("URLS", "https://127.0.0.1:0", "urls: 'https://127.0.0.1:0' is https, and the app has no certificate")]
    [InlineData("Logging__LogLevel__Default", "Loud", "Logging:LogLevel:Default: 'Loud' is not a level")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere", "OTEL_EXPORTER_OTLP_ENDPOINT: is not an http or https URL")]
    public async Task A_wrong_setting_stops_the_start_with_its_name_and_code_1(string key, string value, string said)
    {
        using var folder = TempFolder.Create("start");
        var command = new CommandLine(ServedApp.PathOf(ServedApp.Real), "--port", key == "Port" ? value : $"{FreePort.Next()}")
        {
            Environment = Settings((key, value)),
            WorkingDirectory = folder.Path,
        };
        await using var app = await ChildProcess.StartAsync(command);
        await app.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(1, app.ExitCode);
        Assert.Contains(said, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_start_is_told_at_once()
    {
        using var folder = TempFolder.Create("start");
        var command = new CommandLine(ServedApp.PathOf(ServedApp.Real), "--port", "many")
        {
            Environment = new Dictionary<string, string>(SampleSettings.ForEnvironment())
            {
                ["Database__ConnectionString"] = "@Microsoft.KeyVault(SecretUri=https://one.vault.azure.net/secrets/db/)",
                ["Chains__local__ChainId"] = "many",
                ["Chains__local__RpcTimeout"] = "soon",
                ["Chains__local__Rpc__0"] = "'http://127.0.0.1:8545'",
                ["Chains__local__Fees__MaxFeePerGasWei"] = "1 gwei",
                ["Chains__local__Fees__Speed"] = "warp",
                ["Functions__Keys__default"] = "one",
                ["Operators__default__Key"] = "short",
                ["Cors__Origins__0"] = "nowhere",
                ["Schedules__Confirm"] = "often",
                ["Schedules__SettleOrders"] = "@Microsoft.KeyVault(VaultName=one;SecretName=two)",
            },
            WorkingDirectory = folder.Path,
        };
        await using var app = await ChildProcess.StartAsync(command);
        await app.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(1, app.ExitCode);
        Assert.All(
            new[]
            {
                "Port", "Database:ConnectionString", "Chains:local:ChainId", "Chains:local:RpcTimeout", "Chains:local:Rpc:0", "Chains:local:Fees:MaxFeePerGasWei",
                "Chains:local:Fees:Speed", "Functions:Keys:default", "Operators:default:Key", "Cors:Origins:0", "Schedules:Confirm", "Schedules:SettleOrders",
            },
            key => Assert.Single(app.Output.Split('\n'), line => line.StartsWith($"{key}: ", StringComparison.Ordinal)));
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_fails_while_the_app_runs_ends_it_with_code_1()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddHostedService<Failing>();

        Assert.Equal(1, await Startup.RunAsync(builder.Build));
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("a part fails");
        }
    }

    [Fact]
    public async Task A_taken_port_is_named_together_with_the_way_out()
    {
        await using var first = await ServedApp.AloneAsync(ServedApp.Sample, TimersOff, Cancellation);
        using var folder = TempFolder.Create("start");
        var command = new CommandLine(ServedApp.PathOf(ServedApp.Sample), "--port", $"{first.Port}")
        {
            Environment = TimersOff,
            WorkingDirectory = folder.Path,
        };
        await using var second = await ChildProcess.StartAsync(command);
        await second.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($":{first.Port}", second.Output, StringComparison.Ordinal);
        Assert.Contains("--port", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_under_a_former_name_is_told_with_all_other_faults()
    {
        var settings = Settings(("Chains__local__Rpc__0", "nowhere")).Append(new("Chains__local__Fees__CapWei", "1"))
            .Select(one => new KeyValuePair<string, string?>(one.Key.Replace("__", ":", StringComparison.Ordinal), one.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

        var refusal = Assert.Throws<ConfigurationException>(() => new ServiceCollection().AddRelayerOptions(
            configuration, [("Chains:*:Fees:CapWei", "Chains:*:Fees:MaxFeePerGasWei")]));

        Assert.Contains("Chains:local:Fees:CapWei: was renamed, write Chains:local:Fees:MaxFeePerGasWei", refusal.Faults);
        Assert.Contains(refusal.Faults, fault => fault.StartsWith("Chains:local:Rpc:0: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sample_settings_are_read_from_the_file_and_valid()
    {
        using var folder = TempFolder.Create("settings");
        await File.WriteAllBytesAsync(
            Path.Combine(folder.Path, LocalSettings.FileName), await File.ReadAllBytesAsync(SampleSettings.Path, Cancellation), Cancellation);
        var configuration = new ConfigurationManager();
        Configuration.Settings.Load(configuration, folder.Path, []);
        var options = RelayerOptions.Bind(configuration);

        Assert.Empty(RelayerOptionsValidator.Validate(options));
        Assert.Equal(31337, Assert.Single(options.Chains).Value.ChainId);
        foreach (var (key, schedule) in Schedules.Defaults)
        {
            Assert.NotNull(configuration[key]);
            Assert.NotNull(schedule);
        }
    }

    [Fact]
    public void The_sample_for_Base_is_valid_and_each_of_its_keys_is_one()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(LocalSettings.Read(RepositoryRoot.Combine("samples", "base.settings.json")));
        var options = RelayerOptions.Bind(configuration);

        Assert.Empty(RelayerOptionsValidator.Validate(options));
        Assert.True(options.Chains["base"].Keepers.Settlement.DryRun);
        Assert.True(options.Chains["base"].Keepers.Liquidation.DryRun);
        Assert.Empty(UnknownSettings.Find(configuration));
    }

    [Fact]
    public void The_file_may_use_either_separator_and_the_command_line_beats_it()
    {
        using var folder = TempFolder.Create("settings");
        File.WriteAllText(
            Path.Combine(folder.Path, LocalSettings.FileName),
            """{ "Values": { "Some:Key": "one", "Some__Other": "two", "Some:Third": 3, "Some:Last": null, "Port": "1" } } // end""");
        var configuration = new ConfigurationManager();
        Configuration.Settings.Load(configuration, folder.Path, ["--port", "2"]);

        Assert.Equal("one", configuration["Some:Key"]);
        Assert.Equal("two", configuration["Some:Other"]);
        Assert.Equal("3", configuration["Some:Third"]);
        Assert.Null(configuration["Some:Last"]);
        Assert.Equal("2", configuration["Port"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{ "Values": [] }""")]
    [InlineData("""{ "Values": { "Chains": { "local": 1 } } }""")]
    public void A_malformed_file_is_said_to_be_so(string text)
    {
        using var folder = TempFolder.Create("settings");
        File.WriteAllText(Path.Combine(folder.Path, LocalSettings.FileName), text);

        var fault = Assert.Throws<ConfigurationException>(
            () => LocalSettings.Read(Path.Combine(folder.Path, LocalSettings.FileName)));
        Assert.Contains(LocalSettings.FileName, fault.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> TimersOff { get; } = new()
    {
        ["Schedules__Tick"] = "0 0 0 1 1 *",
        ["Schedules__Broken"] = "0 0 0 1 1 *",
    };

    private static Dictionary<string, string> Settings((string Key, string Value) other) =>
        new(SampleSettings.ForEnvironment()) { [other.Key] = other.Value };
}
