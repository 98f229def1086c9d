using System.Globalization;
using System.Numerics;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;
using Relayer.Core.Keepers.Scanning;

namespace Relayer.Core.Keepers.Cctp;

/// <summary>The redemption keeper's settings, read once from validated options.</summary>
/// <param name="Domain">Circle's number of the chain.</param>
/// <param name="Everyone">Everybody's burns.</param>
/// <param name="MinUsdc">The least that is redeemed.</param>
/// <param name="GasLimit">The most gas.</param>
/// <param name="TimeToLive">How long a transaction is tried for.</param>
/// <param name="GiveUpAfter">How long an attestation is waited for.</param>
/// <param name="Sources">Where it comes from.</param>
/// <param name="Limits">What it may do and lose.</param>
internal sealed record RedemptionSettings(
    uint Domain, bool Everyone, BigInteger MinUsdc, ulong GasLimit, TimeSpan TimeToLive, TimeSpan GiveUpAfter,
    IReadOnlyList<RedemptionSource> Sources, KeeperLimits Limits)
{
    public static RedemptionSettings From(RedemptionOptions options) => new(
        (uint)options.Domain, options.Everyone, options.MinUsdc.ToBigInteger(), (ulong)options.GasLimit,
        options.TimeToLive, options.GiveUpAfter, [.. options.Sources.Values.Select(RedemptionSource.From)],
        KeeperLimits.From(KeeperNames.Redemption, options));
}

/// <summary>A pair of Circle's contracts.</summary>
/// <param name="ChainId">The chain that it comes from.</param>
/// <param name="Domain">Circle's number of it.</param>
/// <param name="Transmitter">Who tells of messages there.</param>
/// <param name="Messenger">Who burns there.</param>
/// <param name="Receiver">Who takes messages here.</param>
/// <param name="Options">How events are read.</param>
internal sealed record RedemptionSource(
    ChainId ChainId, uint Domain, Address Transmitter, Address Messenger, Address Receiver, ScanOptions Options)
{
    private static readonly Hash32 MessageSent = Typed.Topic<MessageSentEvent>();

    public static RedemptionSource From(RedemptionSourceOptions options) => new(
        new ChainId(options.ChainId), (uint)options.Domain, options.Transmitter!.Value, options.Messenger!.Value,
        options.Receiver!.Value, options.Scan);

    /// <summary>Which events are read there, for the chain that they mean.</summary>
    public LogScan Scan(ChainId destination) => new(
        string.Create(CultureInfo.InvariantCulture, $"{KeeperNames.Redemption}:{destination.Value}:{Transmitter}"), Transmitter,
        [MessageSent], Options);

    /// <summary>Reads a message that concerns the keeper; <see langword="null"/> for any other.</summary>
    public BurnMessage? Read(Providers.LogEntry log, RedemptionSettings settings)
    {
        if (log.Topics.Count != 1 || log.Topics[0] != MessageSent)
        {
            return null;
        }

        // By hand: a scan that catches up brings them by the thousand, most of them nobody's we know.
        var reader = new AbiReader(log.Data.Span);
        reader.Expect(AbiWriter.Word);
        var sent = reader.Tail();
        var message = reader.IsAtEnd ? BurnMessage.Read(sent) : null;
        return message is not null && message.Source == Domain && message.Destination == settings.Domain && message.Sender == Messenger
            && message.IsForEverybody && message.Amount >= settings.MinUsdc ? message : null;
    }
}
