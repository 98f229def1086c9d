namespace Relayer.Core.Treasury.Deposits;

/// <summary>By what a deposit is explained.</summary>
public enum DepositEvidence
{
    /// <summary>By nothing: balances alone say that it came. An incident says so too.</summary>
    None,

    /// <summary>A transaction carried it there.</summary>
    Transfer,

    /// <summary>A provider's trace shows the contract's payment.</summary>
    Trace,

    /// <summary>A payer named in the settings tells of it in its events, and the balances agree.</summary>
    Event,
}
