using Microsoft.AspNetCore.Connections;

namespace Functions.Configuration;

/// <summary>Starts an app and says in plain words what keeps it from starting.</summary>
public static class Startup
{
    /// <summary>Starts an app and waits for its end; what keeps it from starting is said in a line on standard error.</summary>
    /// <param name="create">Makes the app.</param>
    /// <returns>The process's exit code: 0, or 1 when it could not start.</returns>
    public static async Task<int> RunAsync(Func<IHost> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        try
        {
            await create().RunAsync();
            return 0;
        }
        catch (ConfigurationException exception)
        {
            await Console.Error.WriteLineAsync($"The configuration cannot be used:\n{exception.Message}");
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{exception.Message} Choose another port with --port N.");
        }

        return 1;
    }
}
