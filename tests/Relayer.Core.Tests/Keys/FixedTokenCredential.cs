using Azure.Core;
using DevChain;

namespace Relayer.Core.Tests.Keys;

/// <summary>A credential that knows one token, and remembers what it was asked for.</summary>
internal sealed class FixedTokenCredential(string token = KeyVaultStandIn.Token) : TokenCredential
{
    public string[] Scopes { get; private set; } = [];

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        Scopes = requestContext.Scopes;
        return new AccessToken(token, DateTimeOffset.MaxValue);
    }

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GetToken(requestContext, cancellationToken));
}
