using System.Text;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Admission;
using Relayer.Core.Relay.Callers;

namespace Relayer.Core.Relay.Budgets;

/// <summary>What may be spent on relays of a chain, read once from the validated options.</summary>
/// <param name="Chain">On all of them.</param>
/// <param name="Value">On those that carry value.</param>
/// <param name="User">On those of one user.</param>
public sealed record SponsorBudgets(BudgetLimit Chain, BudgetLimit Value, BudgetLimit User)
{
    /// <summary>On those of callers that nobody knows.</summary>
    public BudgetLimit Anonymous { get; init; }

    /// <summary>The most that calls of one function which fail on chain may cost in an hour.</summary>
    public Wei? MostLost { get; init; }

    /// <summary>On those of each API client, by its name.</summary>
    public IReadOnlyDictionary<string, BudgetLimit> Clients { get; init; } = new Dictionary<string, BudgetLimit>();

    /// <summary>No limits.</summary>
    public static SponsorBudgets None { get; } = new(default, default, default);

    /// <summary>Reads validated options.</summary>
    /// <exception cref="FormatException">A text that validation would have refused.</exception>
    public static SponsorBudgets From(ChainOptions options, ApiClients clients)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clients);
        var isEther = EtherChains.Contains(options.ChainId);
        var budgets = options.Budgets;
        var chain = new BudgetLimit(
            BudgetText.Read(budgets.HourWei, isEther ? BudgetOptions.EtherHour : null), BudgetText.Read(budgets.DayWei, isEther ? BudgetOptions.EtherDay : null));
        ApiClient[] known = [.. clients.All.Where(client => options.Policy.Targets.Any(target => target.Address is { } address && client.MayCall(address)))];
        return new(
            chain,
            new(BudgetText.Read(budgets.ValueHourWei, null), BudgetText.Read(budgets.ValueDayWei, null)),
            new(
                BudgetText.Read(budgets.UserHourWei, isEther ? BudgetOptions.EtherUserHour : null),
                BudgetText.Read(budgets.UserDayWei, isEther ? BudgetOptions.EtherUserDay : null)))
        {
            MostLost = BudgetText.Read(budgets.LostHourWei, isEther ? BudgetOptions.EtherLostHour : null),
            Anonymous = new(OfAnonymous(budgets.AnonymousHourWei, chain.Hour), OfAnonymous(budgets.AnonymousDayWei, chain.Day)),
            Clients = known.ToDictionary(client => client.Name, client => client.Budget),
        };

        // Where nobody is known there is nobody to keep the other half for.
        Wei? OfAnonymous(string text, Wei? all) => text.Length > 0 || (known.Length == 0 && options.Policy.Admission.Contract is null) ? BudgetText.Read(text, null) : all / 2UL;
    }

    /// <summary>The budgets that a request takes from.</summary>
    public IReadOnlyList<Budget> Of(RelayCandidate candidate)
    {
        var all = new List<Budget>(6);
        Add(BudgetScope.Chain, default, Chain);
        if (!candidate.Message.Value.IsZero)
        {
            Add(BudgetScope.Value, default, Value);
        }

        if (candidate.Policy.Find(candidate.Message.To, candidate.Message.Data.Span) is { Budget: { } target })
        {
            all.Add(target);
        }

        Add(BudgetScope.Anonymous, default, candidate.Caller.IsKnown ? default : Anonymous);
        if (candidate.Caller.Client is { } client && Clients.TryGetValue(client, out var own))
        {
            Add(BudgetScope.Client, Encoding.UTF8.GetBytes(client), own);
        }

        Add(BudgetScope.User, candidate.Message.From.ToArray(), User);
        return all;

        void Add(BudgetScope scope, ReadOnlyMemory<byte> subject, BudgetLimit limit)
        {
            if (!limit.IsNone)
            {
                all.Add(new(scope, subject, limit));
            }
        }
    }
}
