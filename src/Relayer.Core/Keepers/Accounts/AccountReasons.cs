using Relayer.Core.Keepers.Engine;

namespace Relayer.Core.Keepers.Accounts;

/// <summary>Why a keeper of accounts did or did not do something, beside <see cref="KeeperReasons"/>.</summary>
public static class AccountReasons
{
    /// <summary>What it held is gone, without the account.</summary>
    public const string NothingLeft = "nothing_left";

    /// <summary>The factory would deploy another address than the one handed in.</summary>
    public const string AddressDiffers = "address_differs";

    /// <summary>The token did not say what the account holds.</summary>
    public const string BalanceUnknown = "balance_unknown";
}
