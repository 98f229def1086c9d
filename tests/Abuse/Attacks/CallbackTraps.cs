using Abuse.World;
using DevChain;
using Relayer.Core.Ethereum;

namespace Abuse.Attacks;

/// <summary>A sponsored function calls the attacker's contract, which behaves as long as it is simulated.</summary>
internal static class CallbackTraps
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("traps", "the function's budget; breakers", (attacker, cancellation) => SpringAsync(attacker, attacker.Pick(Enum.GetValues<Tell>()), 1, cancellation)),
        new("rush", "the function's budget; breakers", (attacker, cancellation) => SpringAsync(attacker, Tell.OncePerBlock, 6, cancellation)),
        new("flips", "the function's budget; breakers", FlipAsync),
        new("below-half", "the function's budget", BelowHalfAsync),
        new("value", "the budget for value", ValueAsync),
    ];

    /// <summary>A fresh key for each, many in one moment.</summary>
    private static async Task SpringAsync(Attacker attacker, Tell tell, int count, CancellationToken cancellation)
    {
        var burns = attacker.Random.Next(2) == 0;
        var posts = Enumerable.Range(0, count).Select(_ => Mint(attacker, tell, burns)).ToArray();
        await Task.WhenAll(posts.Select(post => attacker.Poster.RelayAsync(post, cancellation)));
    }

    /// <summary>The attacker's own transaction, mined in the same block or the one before, decides.</summary>
    private static async Task FlipAsync(Attacker attacker, CancellationToken cancellation)
    {
        var burns = attacker.Random.Next(2) == 0;
        await attacker.Poster.RelayAsync(Mint(attacker, Tell.Flag, burns), cancellation);
        await FlipAsync(attacker, Tell.Flag, burns, cancellation);
    }

    /// <summary>One of three fails: never half of the last ones, so that no breaker opens.</summary>
    private static async Task BelowHalfAsync(Attacker attacker, CancellationToken cancellation)
    {
        var posts = Enumerable.Range(0, 3).Select(_ => Mint(attacker, Tell.Third, burns: false)).ToArray();
        await Task.WhenAll(posts.Select(post => attacker.Poster.RelayAsync(post, cancellation)));
        await FlipAsync(attacker, Tell.Third, burns: false, cancellation);
    }

    private static async Task FlipAsync(Attacker attacker, Tell tell, bool burns, CancellationToken cancellation)
    {
        var stack = attacker.Field.Stack;
        try
        {
            await Rival.SendAsync(
                stack.Shared.Stack.Node, stack.Contracts.Traps[(tell, burns)].Address, Caller.Encode("flip()"), tipGwei: 2, cancellation: cancellation);
        }
        catch (JsonRpcException)
        {
            // After a reorganisation the node takes the attacker's own transaction for a replacement: the next one does.
        }
    }

    /// <summary>Value beside the gas, to a contract that keeps it, at times above what is allowed.</summary>
    private static Task ValueAsync(Attacker attacker, CancellationToken cancellation)
    {
        var key = attacker.NewKey();
        var value = SmallBudgets.MaxValue * attacker.Random.Next(1, 12) / 10;
        var to = attacker.Random.Next(2) == 0 ? key.Address : attacker.Field.Stack.Contracts.Traps[(attacker.Pick(Enum.GetValues<Tell>()), false)].Address;
        return attacker.Poster.RelayAsync(
            key.Sign(attacker.Field.Stack.Contracts.Deposits, Caller.Encode("deposit(address)", to), 150_000, UInt256.From(value)), cancellation);
    }

    private static SignedPost Mint(Attacker attacker, Tell tell, bool burns) => attacker.NewKey().Sign(
        attacker.Field.Stack.Contracts.Mint, Caller.Encode("safeMint(address)", attacker.Field.Stack.Contracts.Traps[(tell, burns)].Address),
        burns ? attacker.Pick(150_000UL, 400_000UL, 2_000_000UL) : 150_000);
}
