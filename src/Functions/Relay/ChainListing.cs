using System.Globalization;
using Relayer.Core.Relay;
using Relayer.Core.Relay.Forwarders;

namespace Functions.Relay;

/// <summary>Shows what is served.</summary>
internal static class ChainListing
{
    public static ChainsAnswer Of(RelayRoutes routes) => new(
        [.. routes.All.GroupBy(route => route.Forwarder.ChainId).Select(chain => new ChainAnswer(
            chain.Key.Value,
            chain.First().ChainName,
            chain.First().Confirmations,
            [.. chain.Select(Show)],
            [.. chain.First().Policy.Targets.Select(target => new TargetAnswer(
                target.Key.ToString(),
                [.. target.Value.Select(SelectorOf)],
                [.. target.Value.Select(function => new FunctionAnswer(
                    SelectorOf(function), function.Text.Contains('(', StringComparison.Ordinal) ? function.Text : null, function.MaxDataBytes,
                    function.Shape is null ? "any" : "canonical"))]))]))]);

    public static string NonceKind(RelayRoute route) => route.Forwarder.HasSequentialNonces ? "sequential" : "unordered";

    private static string SelectorOf(SponsoredFunction function) =>
        function.Selector is { } selector ? string.Create(CultureInfo.InvariantCulture, $"0x{selector:x8}") : "*";

    private static ForwarderAnswer Show(RelayRoute route)
    {
        var (forwarder, policy) = (route.Forwarder, route.Policy);
        return new ForwarderAnswer(
            forwarder.Address.ToString(),
            forwarder.Dialect,
            NonceKind(route),
            new DomainAnswer(forwarder.Domain.Name!, forwarder.Domain.Version!, forwarder.ChainId.Value, forwarder.Address.ToString()),
            Forwarder.PrimaryType,
            new Dictionary<string, IReadOnlyList<FieldAnswer>>
            {
                [Forwarder.PrimaryType] = [.. forwarder.Fields.Select(field => new FieldAnswer(field.Name, field.Type))],
            },
            new LimitsAnswer(
                policy.MaxGas.ToString(CultureInfo.InvariantCulture),
                policy.MaxValue.ToString(),
                policy.MaxDataBytes,
                forwarder.HasDeadline ? (long)policy.MinDeadline.TotalSeconds : null,
                forwarder.HasDeadline ? (long)policy.MaxDeadline.TotalSeconds : null,
                forwarder.HasDeadline ? null : (long)policy.TimeToLive.TotalSeconds,
                policy.RelaysPerMinute,
                policy.GasPerDay.ToString(CultureInfo.InvariantCulture)));
    }
}
