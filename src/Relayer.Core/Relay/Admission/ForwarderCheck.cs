using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Eip712;
using Relayer.Core.Providers;
using Relayer.Core.Relay.Forwarders;

namespace Relayer.Core.Relay.Admission;

/// <summary>
/// Compares a forwarder's own <c>eip712Domain()</c> (EIP-5267) with the configuration, once: users would sign for another domain otherwise.
/// </summary>
/// <remarks>Safe for concurrent use. Only agreement is remembered, so a redeployed contract or a mended node is noticed.</remarks>
/// <param name="chains">The chains.</param>
/// <param name="logger">Says what differs.</param>
public sealed partial class ForwarderCheck(IChainClientFactory chains, ILogger<ForwarderCheck> logger)
{
    private readonly ConcurrentDictionary<(ChainId Chain, Address Forwarder), bool> _agreed = new();

    /// <summary>What differs, for people; <see langword="null"/> when the contract and the configuration agree.</summary>
    /// <exception cref="ChainUnavailableException">No provider answers, or they contradict each other.</exception>
    public async ValueTask<string?> FindMismatchAsync(Forwarder forwarder, CancellationToken cancellation)
    {
        var key = (forwarder.ChainId, forwarder.Address);
        if (_agreed.ContainsKey(key))
        {
            return null;
        }

        var call = new EthCall(null, forwarder.Address, Forwarder.EncodeEip712DomainRead());
        var outcomes = await chains.Get(forwarder.ChainId).CallAgreedAsync([call], cancellation);
        var mismatch = outcomes[0] is { } outcome
            ? Compare(forwarder, outcome)
            : throw new ChainUnavailableException(forwarder.ChainId, $"the providers contradict each other about forwarder {forwarder.Address}");
        if (mismatch is null)
        {
            _agreed[key] = true;
            return null;
        }

        Log.Mismatch(logger, forwarder.Address, forwarder.ChainId, mismatch);
        return mismatch;
    }

    private static string? Compare(Forwarder forwarder, CallOutcome outcome)
    {
        if (outcome is not CallOutcome.Returned { Data: var answer } || !Forwarder.TryDecodeEip712Domain(answer.Span, out var domain))
        {
            return "the contract does not tell its EIP-712 domain: is it a forwarder?";
        }

        return domain == forwarder.Domain ? null : $"its EIP-712 domain has {string.Join(", ", Differences(domain, forwarder.Domain))}";
    }

    private static IEnumerable<string> Differences(Eip712Domain told, Eip712Domain configured) =>
        new (string Member, string? Told, string? Configured)[]
        {
            ("name", Quote(told.Name), Quote(configured.Name)),
            ("version", Quote(told.Version), Quote(configured.Version)),
            ("chain id", told.ChainId?.ToString(), configured.ChainId?.ToString()),
            ("contract", told.VerifyingContract?.ToString(), configured.VerifyingContract?.ToString()),
            ("salt", told.Salt?.ToString(), configured.Salt?.ToString()),
        }
        .Where(member => member.Told != member.Configured)
        .Select(member => $"{member.Member} {member.Told ?? "left out"} (configured: {member.Configured ?? "left out"})");

    // Escaped: what stands there is the contract's word.
    private static string? Quote(string? text) => text is null ? null : $"'{JavaScriptEncoder.Default.Encode(text)}'";

    private static partial class Log
    {
        [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "Forwarder {Forwarder} on chain {ChainId} is not as configured: {Mismatch}")]
        public static partial void Mismatch(ILogger logger, Address forwarder, ChainId chainId, string mismatch);
    }
}
