namespace Functions.Hosting;

/// <summary>Which key a caller must show. The numbers are the Functions host's.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user; not used by this app.</summary>
    User = 1,

    /// <summary>Any of the app's keys.</summary>
    Function = 2,

    /// <summary>The host's own extensions; not used by this app.</summary>
    System = 3,

    /// <summary>The key named <c>master</c>.</summary>
    Admin = 4,
}
