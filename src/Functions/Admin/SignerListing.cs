using Relayer.Core.Ethereum;
using Relayer.Core.Providers;
using Relayer.Core.Transactions.Signers;

namespace Functions.Admin;

/// <summary>Puts beside the records of signers what the chain says of their accounts.</summary>
/// <param name="chains">The chains.</param>
public sealed class SignerListing(IChainClientFactory chains)
{
    /// <summary>Shows signers; without balances and nonces of the chain while no provider answers, when operators need the rest most.</summary>
    public async Task<IReadOnlyList<SignerAnswer>> ShowAsync(ChainId chainId, IReadOnlyList<SignerStatus> signers, CancellationToken cancellation)
    {
        Address[] accounts = [.. signers.Select(signer => signer.Address)];
        try
        {
            var chain = chains.Get(chainId);
            var balances = chain.ReadBalancesAsync(accounts, cancellation);
            var nonces = await chain.ReadNoncesAsync(accounts, cancellation);
            var held = await balances;
            return [.. signers.Select((signer, i) => SignerAnswer.Of(signer, held[i], nonces[i]))];
        }
        catch (ChainUnavailableException)
        {
            return [.. signers.Select(signer => SignerAnswer.Of(signer, null, null))];
        }
    }
}
