using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Incidents;
using Relayer.Core.Treasury.Balances;
using Relayer.Core.Treasury.Spend;
using Relayer.Core.Treasury.TopUps;

namespace Relayer.Core.Treasury.Reports;

/// <summary>What was read for an overview, and how a chain's part is put together of it. Pure.</summary>
internal sealed record OverviewParts(
    IReadOnlyDictionary<ChainId, BalanceReading> Readings,
    IReadOnlyDictionary<(ChainId Chain, Address Account), PendingSpend> Pending,
    IReadOnlyDictionary<(ChainId Chain, Address Account), ReconciliationStatus> Books,
    IReadOnlyDictionary<(ChainId Chain, Address Signer), AccountSpendRate> Rates,
    IReadOnlyDictionary<ChainId, (Wei Mean, Wei Dear)> Prices,
    IReadOnlyDictionary<ChainId, Wei> ToppedUp,
    ILookup<ChainId, Deposit> Deposits,
    ILookup<ChainId, DayBalance> Balances,
    IReadOnlyList<Incident> Open,
    bool IsPaused)
{
    public ChainGas Assemble(string name, ChainOptions chain, IReadOnlyList<TopUp> topUps)
    {
        var (chainId, rules) = (new ChainId(chain.ChainId), TopUpRules.From(chain.TopUps));
        var reading = Readings.GetValueOrDefault(chainId);
        var (mean, high) = Prices.GetValueOrDefault(chainId);
        var prices = new GasPrices(mean, high, chain.TopUps.StressPercent);
        var rate = RateOf(chainId, reading);
        AccountGas[] accounts = [.. (reading?.Accounts ?? []).OrderBy(account => account.Role switch
        {
            AccountRole.Council => 0,
            AccountRole.Signer => 1,
            _ => 2,
        }).Select(account => Assemble(chainId, account, rules, rate, prices))];
        var total = SumOf(accounts);
        return new ChainGas(
            chainId, name, reading, accounts, total, rate, Runway.Of(total, rate, prices), prices, rules,
            ToppedUp.GetValueOrDefault(chainId), chain.Council.IsConfigured, IsPaused || TopUpStops.IsStopped(chainId, Open), topUps,
            [.. Deposits[chainId]], [.. Balances[chainId]], RpcOptions.CountOperators(chain.Rpc));
    }

    private AccountGas Assemble(ChainId chainId, AccountReading account, TopUpRules rules, SpendRate chainRate, GasPrices prices)
    {
        var key = (chainId, account.Account);
        var rate = account.Role == AccountRole.Council ? chainRate : Rates.GetValueOrDefault(key, AccountSpendRate.None).All;
        var isFilled = account.Role == AccountRole.Signer;
        return new AccountGas(
            account, isFilled ? rules.LowMarkAt(rate.Present) : Wei.Zero, isFilled ? rules.TargetAt(rate.Present) : Wei.Zero,
            Pending.GetValueOrDefault(key, PendingSpend.None), rate, Runway.Of(account.State?.Balance, rate, prices), Books.GetValueOrDefault(key));
    }

    /// <summary>What leaves the chain's accounts: the council's transfers stay among them.</summary>
    private SpendRate RateOf(ChainId chainId, BalanceReading? reading) => Rates
        .Where(item => item.Key.Chain == chainId)
        .Select(item => reading?.Find(item.Key.Signer)?.Role == AccountRole.Council ? item.Value.Fees : item.Value.All)
        .Aggregate(SpendRate.None, (sum, rate) => sum + rate);

    private static Wei? SumOf(AccountGas[] accounts) => accounts.Length == 0 || accounts.Any(account => account.Reading.State is null)
        ? null
        : accounts.Aggregate(Wei.Zero, (sum, account) => sum + account.Reading.State!.Value.Balance);
}
