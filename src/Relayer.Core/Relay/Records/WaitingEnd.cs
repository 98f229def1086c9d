using Relayer.Core.Ethereum;
using Relayer.Core.Relay.Outcomes;

namespace Relayer.Core.Relay.Records;

/// <summary>How a request ends that waited for another transaction.</summary>
/// <param name="Id">The relay.</param>
/// <param name="State">Its final state.</param>
/// <param name="Reason">Why, unless all went well.</param>
/// <param name="By">The transaction of somebody else that carried it out, if one did.</param>
internal sealed record WaitingEnd(Hash32 Id, RelayState State, string? Reason, Carrier? By = null);
