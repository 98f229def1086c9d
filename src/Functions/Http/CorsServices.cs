using Functions.Callers;
using Functions.Configuration;

namespace Functions.Http;

/// <summary>Lets pages of configured origins call the API.</summary>
internal static class CorsServices
{
    private const string Key = "Cors:Origins";

    /// <summary>Adds the policy of <c>Cors:Origins:N</c>; nothing when there are none. What is no origin is noted among the <see cref="StartFaults"/>.</summary>
    public static IServiceCollection AddConfiguredCors(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(Key);
        if (!section.Exists())
        {
            return services;
        }

        string[] origins = [.. section.GetChildren().Select(one => one.Value ?? "")];
        string[] faults = [.. section.GetChildren().Where(one => !IsOrigin(one.Value ?? "")).Select(one => $"{Key}:{one.Key}: '{one.Value}' is not an origin such as https://app.example, nor *.")];
        if (faults.Length > 0)
        {
            return services.AddStartFaults(faults);
        }

        return services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .WithMethods(HttpMethods.Get, HttpMethods.Post)
            .WithHeaders("Content-Type", "x-functions-key", ClientGate.Header, "Authorization", "Last-Event-ID", "traceparent", "tracestate")
            .WithExposedHeaders("Location", "Retry-After")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }

    private static bool IsOrigin(string text) => text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase));
}
