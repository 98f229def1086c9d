namespace Load;

/// <summary>What to measure.</summary>
/// <param name="Clients">Clients at once, one run for each.</param>
/// <param name="Duration">How long each of these runs posts.</param>
/// <param name="Single">Relays of the run with one client.</param>
/// <param name="Memory">Relays between the two readings of memory.</param>
/// <param name="Signers">Accounts that pay for gas.</param>
/// <param name="InFlight">Transactions of one signer under way at once.</param>
/// <param name="Peers">Also measures the bare node and a plain viem relay.</param>
/// <param name="Rows">Relays on record, one run with 16 clients for each.</param>
/// <param name="Statements">Shows the database's most expensive statements.</param>
/// <param name="App">A published app; null publishes it.</param>
/// <param name="Output">A Markdown file for the results.</param>
/// <param name="Note">What else ran on the machine.</param>
/// <param name="Command">The command that was given.</param>
internal sealed record LoadOptions(
    int[] Clients, TimeSpan Duration, int Single, int Memory, int Signers, int InFlight, int[] Rows, bool Peers, bool Statements,
    string? App, string? Output, string? Note, string Command);

/// <summary>A measurement that cannot be made, or whose conditions did not hold.</summary>
internal sealed class LoadException(string message) : Exception(message);
