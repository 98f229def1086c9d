using System.Buffers.Binary;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Budgets;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Relay;

/// <summary>What is sponsored on a chain, read once from the validated options.</summary>
/// <param name="Targets">The functions each target may be called with.</param>
/// <param name="MaxGas">The most gas for an inner call.</param>
/// <param name="MaxValue">The most value.</param>
/// <param name="MaxDataBytes">The most calldata, where a function does not say otherwise.</param>
/// <param name="MinDeadline">The nearest deadline taken.</param>
/// <param name="MaxDeadline">The farthest deadline taken.</param>
/// <param name="TimeToLive">How long a request without a deadline is tried for.</param>
/// <param name="RelaysPerMinute">A user's requests in a minute.</param>
/// <param name="GasPerDay">A user's gas in a day (UTC) that is paid for, transaction and data included.</param>
public sealed record RelayPolicy(
    IReadOnlyDictionary<Address, IReadOnlyList<SponsoredFunction>> Targets, ulong MaxGas, Wei MaxValue, int MaxDataBytes,
    TimeSpan MinDeadline, TimeSpan MaxDeadline, TimeSpan TimeToLive, long RelaysPerMinute, long GasPerDay)
{
    /// <summary>A user's requests under way at once.</summary>
    public int MaxUnderWay { get; init; } = int.MaxValue;

    /// <summary>What relays may cost.</summary>
    public SponsorBudgets Budgets { get; init; } = SponsorBudgets.None;

    /// <summary>The contract that admits users; <see langword="null"/> for none.</summary>
    public AdmissionCall? Admission { get; init; }

    /// <summary>The service that approves requests; <see langword="null"/> for none.</summary>
    public ApprovalOptions? Approval { get; init; }

    /// <summary>Whether anybody can be known, so that shares are kept for whoever is.</summary>
    public bool HasKnownCallers => Admission is not null || Budgets.Clients.Count > 0;

    /// <summary>Reads a chain's validated options.</summary>
    /// <exception cref="FormatException">A text that validation would have refused.</exception>
    public static RelayPolicy From(ChainOptions options, ApiClients clients) => From(options.Policy) with { Budgets = SponsorBudgets.From(options, clients) };

    /// <summary>Reads validated options.</summary>
    /// <exception cref="FormatException">A text that validation would have refused.</exception>
    public static RelayPolicy From(PolicyOptions options) => new(
        options.Targets.GroupBy(target => target.Address!.Value).ToDictionary(
            target => target.Key, target => SponsoredFunction.Read(target, options.MaxDataBytes)),
        (ulong)options.MaxGas,
        options.MaxValueWei,
        options.MaxDataBytes,
        options.MinDeadline, options.MaxDeadline, options.TimeToLive, options.RelaysPerMinute, options.GasPerDay)
    {
        MaxUnderWay = options.MaxUnderWay,
        Admission = AdmissionCall.From(options.Admission),
        Approval = options.Approval.Url.Length > 0 ? options.Approval : null,
    };

    /// <summary>The function that calldata calls; <see langword="null"/> when it is not sponsored.</summary>
    /// <remarks>What is named by itself goes before <c>*</c>. Calldata below four bytes calls no function: only <c>*</c> allows it.</remarks>
    public SponsoredFunction? Find(Address target, ReadOnlySpan<byte> calldata)
    {
        if (!Targets.TryGetValue(target, out var functions))
        {
            return null;
        }

        uint? selector = calldata.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(calldata) : null;
        SponsoredFunction? all = null;
        foreach (var function in functions)
        {
            if (function.Selector is null)
            {
                all = function;
            }
            else if (function.Selector == selector)
            {
                return function;
            }
        }

        return all;
    }
}
