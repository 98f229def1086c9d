namespace Relayer.Core.Relay.Callers;

/// <summary>Who may have a function relayed.</summary>
public enum CallersNeeded
{
    /// <summary>Anybody.</summary>
    Any,

    /// <summary>API clients and admitted users.</summary>
    Known,

    /// <summary>API clients.</summary>
    Clients,
}
