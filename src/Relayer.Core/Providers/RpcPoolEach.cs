namespace Relayer.Core.Providers;

/// <summary>Asking all providers the same, to compare them.</summary>
internal sealed partial class RpcPool
{
    /// <summary>Every provider's own answer, in configuration order; also of those that are passed over for a while.</summary>
    public async Task<IReadOnlyList<ProviderAnswer<T>>> AskEachAsync<T>(
        Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class =>
        await Task.WhenAll(providers.Select(provider => AskAsync(provider, work, cancellation)));

    private async Task<ProviderAnswer<T>> AskAsync<T>(
        Provider provider, Func<RpcClient, CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : class
    {
        try
        {
            await provider.EnsureChainAsync(cancellation);
            var answer = await work(provider.Client, cancellation);
            NoteAnswer(provider);
            return new ProviderAnswer<T>(provider.Client.Name, answer, null);
        }
        catch (ProviderFaultException fault)
        {
            Note(provider, fault);
            return new ProviderAnswer<T>(provider.Client.Name, null, fault.Message);
        }
    }
}
