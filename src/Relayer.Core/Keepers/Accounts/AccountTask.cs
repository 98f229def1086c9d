using System.Numerics;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Keepers.Contracts;
using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>What is done with accounts: to deploy them, or to have them bridge. Settings and pure decisions.</summary>
internal abstract record AccountTask(KeeperLimits Limits, Address Usdc, ulong GasLimit, int AccountsPerRun, TimeSpan TimeToLive)
{
    public string Name => Limits.Lane;

    /// <summary>True when wei count.</summary>
    public virtual bool NeedsNative => false;

    /// <summary>Work that ended so is not taken up again for a while: it would only end so again.</summary>
    public abstract IReadOnlyList<WorkState> Discouraging { get; }

    /// <summary>True when there is something to do.</summary>
    public abstract bool IsWanted(AccountView view);

    /// <summary>What the chain says by itself of work that was found before; <see langword="null"/> to go on and simulate.</summary>
    public abstract Decision? Evaluate(AccountView view, DateTimeOffset now);

    /// <summary>The work.</summary>
    public abstract AccountWork Describe(PlannedAccount account);

    /// <summary>What is wrong with what the simulation returned.</summary>
    public virtual string? Fault(AccountWork work, ReadOnlySpan<byte> returned) => null;
}

/// <summary>Deploys an account whose address holds something.</summary>
internal sealed record DeploymentTask(
    KeeperLimits Limits, Address Usdc, ulong GasLimit, int AccountsPerRun, TimeSpan TimeToLive, Address Factory, BigInteger MinUsdc, Wei MinWei)
    : AccountTask(Limits, Usdc, GasLimit, AccountsPerRun, TimeToLive)
{
    public override bool NeedsNative => !MinWei.IsZero;

    // An account that is there once stays there: what was done, and is not, will not be done by doing it again.
    public override IReadOnlyList<WorkState> Discouraging { get; } = [WorkState.Won, WorkState.Failed];

    public static DeploymentTask From(DeploymentOptions options) => new(
        KeeperLimits.From(KeeperNames.Deployment, options), options.Usdc!.Value, (ulong)options.GasLimit, options.AccountsPerRun,
        options.TimeToLive, options.Factory!.Value, options.MinUsdc.ToBigInteger(), options.MinWei);

    public override bool IsWanted(AccountView view) =>
        !view.HasCode && ((!MinUsdc.IsZero && view.Usdc >= MinUsdc) || (NeedsNative && view.Native >= MinWei));

    public override Decision? Evaluate(AccountView view, DateTimeOffset now) => view switch
    {
        { HasCode: true } => new Decision.End(WorkState.Lost, KeeperReasons.Community),
        _ when IsWanted(view) => null,
        { Usdc: null } => AccountPlanner.Unknown(now),
        _ => new Decision.End(WorkState.Dropped, AccountReasons.NothingLeft),
    };

    public override AccountWork Describe(PlannedAccount account) =>
        new($"{account.Account}", $"{Usdc}", $"{Factory}", Hex.Encode(account.CreateData()));

    public override string? Fault(AccountWork work, ReadOnlySpan<byte> returned)
    {
        // A factory that returns nothing is believed by its events, once it is done.
        const int Padding = AbiWriter.Word - Address.Size;
        return returned.Length < AbiWriter.Word
            || (returned[..Padding].IndexOfAnyExcept((byte)0) < 0 && returned[Padding..AbiWriter.Word].SequenceEqual(work.Address.Span))
            ? null
            : $"the factory would deploy {Hex.Encode(returned[Padding..AbiWriter.Word])}";
    }
}

/// <summary>Has an account send its USDC through Circle.</summary>
internal sealed record BridgingTask(
    KeeperLimits Limits, Address Usdc, ulong GasLimit, int AccountsPerRun, TimeSpan TimeToLive, BigInteger MinUsdc)
    : AccountTask(Limits, Usdc, GasLimit, AccountsPerRun, TimeToLive)
{
    private static readonly string Bridge = Hex.Encode(Typed.Encode(new BridgeUsdcWithCircleFunction()));

    // Bridging well does not keep from bridging what comes next.
    public override IReadOnlyList<WorkState> Discouraging { get; } = [WorkState.Failed];

    public static BridgingTask From(BridgingOptions options) => new(
        KeeperLimits.From(KeeperNames.Bridging, options), options.Usdc!.Value, (ulong)options.GasLimit, options.AccountsPerRun,
        options.TimeToLive, options.MinUsdc.ToBigInteger());

    public override bool IsWanted(AccountView view) => view.HasCode && view.Usdc >= MinUsdc;

    public override Decision? Evaluate(AccountView view, DateTimeOffset now) => view switch
    {
        _ when IsWanted(view) => null,
        { HasCode: false } => new Decision.End(WorkState.Dropped, KeeperReasons.Vanished, "the account has no code any more"),
        { Usdc: null } => AccountPlanner.Unknown(now),
        _ => new Decision.End(WorkState.Lost, KeeperReasons.Community),
    };

    public override AccountWork Describe(PlannedAccount account) => new($"{account.Account}", $"{Usdc}", $"{account.Account}", Bridge);
}
