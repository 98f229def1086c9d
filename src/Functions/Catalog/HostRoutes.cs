namespace Functions.Catalog;

/// <summary>How routes are written that the Azure Functions host would not take as they are.</summary>
public static class HostRoutes
{
    /// <summary>
    /// The first part of <c>/api/admin/…</c>. The host refuses every route that begins with <c>admin</c>, although its own are at
    /// <c>/admin</c> (Azure/azure-functions-host#1781); a constraint that only <c>admin</c> meets passes.
    /// </summary>
    public const string Admin = "{admin:regex(^admin$)}";

    /// <summary>The route as the app itself serves and describes it.</summary>
    public static string ToOwn(string route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.StartsWith(Admin, StringComparison.Ordinal) ? "admin" + route[Admin.Length..] : route;
    }
}
