using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Functions.Configuration;

/// <summary>Starts an app and says in plain words what keeps it from starting.</summary>
public static class Startup
{
    /// <summary>Starts an app and waits for its end; what keeps it from starting is said in a line on standard error.</summary>
    /// <param name="create">Makes the app.</param>
    /// <returns>The process's exit code: 0, or 1 when it could not start, or ended because a part of it failed.</returns>
    public static async Task<int> RunAsync(Func<IHost> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        try
        {
            var app = create();
            BackgroundService[] services = [.. app.Services.GetServices<IHostedService>().OfType<BackgroundService>()];
            await app.RunAsync();

            // One that fails stops the app, which then ends as if it had been told to.
            return Array.Exists(services, service => service.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
        }
        catch (ConfigurationException exception)
        {
            await Console.Error.WriteLineAsync($"The configuration cannot be used:\n{exception.Message}");
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{exception.Message} Choose another port with --port N.");
        }

        catch (SocketException exception)
        {
            await Console.Error.WriteLineAsync($"The app cannot listen where `urls` or `Port` says: {exception.Message}.");
        }

        return 1;
    }
}
