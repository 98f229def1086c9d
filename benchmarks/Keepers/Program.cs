using System.Globalization;
using Keepers;

const string Help = """
    dotnet run -c Release --project benchmarks/Keepers [-- ORDERS SECONDS [AWAY] | costs [ACCOUNTS]]

    Without arguments it makes the whole table of benchmarks/README.md: an order alone, 200 in 20 s, 1,000 in 60 s, 1,000 at once and
    1,000 in 60 s with a node 50 ms away, then what a tick of each keeper and each of their actions take, with 10,000 open accounts.

      ORDERS SECONDS   only that: so many orders committed over so many seconds, settled by the app's own timer
      AWAY             how many milliseconds farther away the node is than it is; 0
      costs [ACCOUNTS] only the ticks and the actions, with so many open accounts; 10000

    Each row has its own anvil (a block a second, 200 million gas), PostgreSQL and app, built in Release. The window is Base's, 60 s, grace 5 s.
    Every order is looked for afterwards, in the records and on the chain: exit code 1 when one was not settled exactly once.
    """;

var isWhole = true;
switch (args)
{
    case []:
        SettlementRun.Head();
        foreach (var (orders, seconds, away) in new[] { (1, 1, 0), (200, 20, 0), (1_000, 60, 0), (1_000, 1, 0), (1_000, 60, 50) })
        {
            isWhole &= await SettlementRun.RunAsync(orders, seconds, away);
        }

        await CostRun.RunAsync(10_000);
        break;
    case ["costs", .. var accounts]:
        await CostRun.RunAsync(accounts is [var number, ..] ? Number(number) : 10_000);
        break;
    case [var orders, var seconds, .. var away] when !orders.StartsWith('-'):
        SettlementRun.Head();
        isWhole = await SettlementRun.RunAsync(Number(orders), Number(seconds), away is [var milliseconds, ..] ? Number(milliseconds) : 0);
        break;
    default:
        Console.WriteLine(Help);
        break;
}

return isWhole ? 0 : 1;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
