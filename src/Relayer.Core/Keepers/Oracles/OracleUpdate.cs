using Relayer.Core.Ethereum;

namespace Relayer.Core.Keepers.Oracles;

/// <summary>An answer to an oracle, ready to be sent.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="Data">The call that answers it.</param>
/// <param name="Fee">What the oracle asked for it, exactly; zero until it did.</param>
public sealed record OracleUpdate(OracleQuery Query, byte[] Data, Wei Fee);
