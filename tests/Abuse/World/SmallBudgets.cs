using System.Globalization;
using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Relay.Budgets;

namespace Abuse.World;

/// <summary>Budgets that an attacker reaches within seconds, in wei; everything else is what the app does when nothing is configured.</summary>
internal sealed record SmallBudgets(
    Limit Chain, Limit User, Limit Value, Limit Target, Limit Anonymous, BigInteger LostHour)
{
    /// <summary>What an ordinary relay holds at the prices of the market here: about 160,000 gas at three gwei.</summary>
    public static BigInteger Ordinary { get; } = 500_000_000_000_000;

    /// <summary>The most value of one request.</summary>
    public static BigInteger MaxValue { get; } = Ordinary / 5;

    /// <summary>For one random mix: each of the budgets is the first to be reached in some seed.</summary>
    public static SmallBudgets Draw(Random random)
    {
        return new(Pair(15, 120), Pair(3, 24), Pair(2, 12), Pair(6, 60), Pair(12, 120), Ordinary * random.Next(1, 20));

        Limit Pair(int least, int most) => new(Ordinary * random.Next(least, most), Ordinary * random.Next(least, most));
    }

    /// <summary>For one attack alone: what the app takes where the coin is ether and nothing is configured, and parts of it for what has no default.</summary>
    public static SmallBudgets Default { get; } = Defaults();

    /// <summary>A small part of each: what an app that keeps to these breaks at once.</summary>
    public SmallBudgets Part(int divisor) => new(Chain / divisor, User / divisor, Value / divisor, Target / divisor, Anonymous / divisor, LostHour / divisor);

    private static SmallBudgets Defaults()
    {
        var chain = new Limit(Wei(BudgetOptions.EtherHour), Wei(BudgetOptions.EtherDay));
        return new(chain, new(Wei(BudgetOptions.EtherUserHour), Wei(BudgetOptions.EtherUserDay)), chain / 4, chain / 4, new(chain.Hour * 4 / 5, chain.Day * 4 / 5), Wei(BudgetOptions.EtherLostHour));

        static BigInteger Wei(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>What a scope may cost; <see langword="null"/> where it has no limit here.</summary>
    public Limit? Of(BudgetScope scope) => scope switch
    {
        BudgetScope.Chain => Chain,
        BudgetScope.User => User,
        BudgetScope.Value => Value,
        BudgetScope.Target => Target,
        BudgetScope.Anonymous => Anonymous,
        _ => null,
    };

    /// <summary>The app's settings for them, and the default limits where tests otherwise set wide ones.</summary>
    public Dictionary<string, string> Settings(TrapContracts traps)
    {
        var policy = new PolicyOptions();
        var settings = new Dictionary<string, string>
        {
            ["Schedules__Confirm"] = "* * * * * *",
            ["DOTNET_TieredPGO"] = "0", // lives of seconds
            ["DOTNET_TC_CallCounting"] = "0",
            ["Clients__shop__Key"] = HonestUsers.ShopKey,
        };
        Set("Budgets__HourWei", Chain.Hour);
        Set("Budgets__DayWei", Chain.Day);
        Set("Budgets__UserHourWei", User.Hour);
        Set("Budgets__UserDayWei", User.Day);
        Set("Budgets__ValueHourWei", Value.Hour);
        Set("Budgets__ValueDayWei", Value.Day);
        Set("Budgets__AnonymousHourWei", Anonymous.Hour);
        Set("Budgets__AnonymousDayWei", Anonymous.Day);
        Set("Budgets__LostHourWei", LostHour);
        Set("Policy__MaxValueWei", MaxValue);
        Set("Policy__MaxUnderWay", policy.MaxUnderWay);
        Set("Policy__RelaysPerMinute", policy.RelaysPerMinute);
        Set("Policy__GasPerDay", policy.GasPerDay);
        Set("Policy__Targets__0__MaxDataBytes", policy.MaxDataBytes);
        Sponsor(1, traps.Mint, "safeMint(address)");
        Sponsor(2, traps.Deposits, "deposit(address)");
        Set("Confirmations", Market.Confirmations);
        Text("Policy__TimeToLive", "00:00:30"); // what a budget has no room for is given up within a seed
        Text("Fees__CloseBefore", "00:00:04");
        Set("Fees__MinPriorityFeePerGasWei", 1_000_000_000); // a price that does not fade to nothing on an idle chain
        return settings;

        void Sponsor(int place, Relayer.Core.Ethereum.Address contract, string function)
        {
            Text($"Policy__Targets__{place}__Address", contract.ToString());
            Text($"Policy__Targets__{place}__Functions__0", function);
            Set($"Policy__Targets__{place}__HourWei", Target.Hour);
            Set($"Policy__Targets__{place}__DayWei", Target.Day);
        }

        void Set(string key, BigInteger number) => Text(key, number.ToString(CultureInfo.InvariantCulture));

        void Text(string key, string value) => settings[$"Chains__{AppSettings.ChainName}__{key}"] = value;
    }
}

/// <summary>Wei in an hour and in a day.</summary>
internal readonly record struct Limit(BigInteger Hour, BigInteger Day)
{
    public static Limit operator /(Limit limit, int divisor) => new(limit.Hour / divisor, limit.Day / divisor);
}
