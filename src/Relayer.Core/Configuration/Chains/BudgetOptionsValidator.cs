namespace Relayer.Core.Configuration.Chains;

/// <summary>Checks what may be spent on relays: amounts or <c>none</c>, written out where nothing can be taken for granted.</summary>
internal static class BudgetOptionsValidator
{
    public static void Validate(string at, ChainOptions chain, OptionFaults faults)
    {
        var (budgets, sponsors) = (chain.Budgets, chain.Policy.Targets.Count > 0);
        var mustWrite = sponsors && chain.ChainId > 0 && !EtherChains.Contains(chain.ChainId);
        const string Coin = "is missing: this chain's coin is not known to be ether, so its budget must be written out, as wei or as none";
        Check(budgets.HourWei, $"{at}:Budgets:HourWei", mustWrite, Coin);
        Check(budgets.DayWei, $"{at}:Budgets:DayWei", mustWrite, Coin);
        Check(budgets.UserHourWei, $"{at}:Budgets:UserHourWei", mustWrite, Coin);
        Check(budgets.UserDayWei, $"{at}:Budgets:UserDayWei", mustWrite, Coin);
        Check(budgets.LostHourWei, $"{at}:Budgets:LostHourWei", mustWrite: false, "");
        Check(budgets.AnonymousHourWei, $"{at}:Budgets:AnonymousHourWei", mustWrite: false, "");
        Check(budgets.AnonymousDayWei, $"{at}:Budgets:AnonymousDayWei", mustWrite: false, "");
        var carries = sponsors && !chain.Policy.MaxValueWei.IsZero;
        const string Carries = "is missing: relays may carry value (Policy__MaxValueWei), so what they may cost must be written out, as wei or as none";
        Check(budgets.ValueHourWei, $"{at}:Budgets:ValueHourWei", carries, Carries);
        Check(budgets.ValueDayWei, $"{at}:Budgets:ValueDayWei", carries, Carries);
        for (var i = 0; i < chain.Policy.Targets.Count; i++)
        {
            Check(chain.Policy.Targets[i].HourWei, $"{at}:Policy:Targets:{i}:HourWei", mustWrite: false, "");
            Check(chain.Policy.Targets[i].DayWei, $"{at}:Policy:Targets:{i}:DayWei", mustWrite: false, "");
        }

        void Check(string text, string key, bool mustWrite, string missing)
        {
            if (text.Length == 0)
            {
                faults.AddIf(mustWrite, key, missing);
            }
            else
            {
                faults.AddIf(!BudgetText.IsSound(text), key, "is not a whole number of wei in decimal digits, nor none");
            }
        }
    }
}
