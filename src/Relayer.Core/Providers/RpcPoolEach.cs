namespace Relayer.Core.Providers;

/// <summary>Asking all providers the same, to compare them.</summary>
internal sealed partial class RpcPool
{
    /// <summary>Every provider's own answer, in configuration order; also of those that are passed over for a while.</summary>
    public async Task<IReadOnlyList<ProviderAnswer<T>>> AskEachAsync<T>(
        Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class =>
        await Task.WhenAll(_providers.Select(provider => AskAsync(provider, work, cancellation)));

    private static async Task<ProviderAnswer<T>> AskAsync<T>(
        Provider provider, Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class
    {
        if (await provider.EnsureChainAsync(cancellation) is { } wrong)
        {
            return new ProviderAnswer<T>(provider.Client.Name, null, wrong.Message);
        }

        try
        {
            var answer = await work(provider.Client, cancellation);
            provider.NoteAnswer();
            return new ProviderAnswer<T>(provider.Client.Name, answer, null);
        }
        catch (ProviderFaultException fault)
        {
            provider.Note(fault);
            return new ProviderAnswer<T>(provider.Client.Name, null, fault.Message);
        }
    }
}
