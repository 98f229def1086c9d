using Functions.Http;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Functions.Isolated;

/// <summary>What stands in front of the worker's own middleware in its web server.</summary>
/// <param name="services">Has the CORS policy when origins are configured.</param>
internal sealed class ServerPipeline(IServiceProvider services) : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<ProblemMiddleware>();
        if (services.GetService<ICorsService>() is not null)
        {
            // A preflight must reach its function, which answers it: the Functions host waits for the call that it began.
            app.UseWhen(static context => !HttpMethods.IsOptions(context.Request.Method), static branch => branch.UseCors());
        }

        next(app);
    };
}
