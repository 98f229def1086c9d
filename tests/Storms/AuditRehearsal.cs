using System.Numerics;
using Npgsql;
using Storms.Audit;
using Storms.Workloads;

namespace Storms;

/// <summary>Tampers with the records of a relayer at rest, one thing after the other: an audit that finds nothing would be worth nothing.</summary>
public static class AuditRehearsal
{
    /// <summary>What is broken, and how it is mended again.</summary>
    private static readonly (string What, string Break, string Mend)[] Tampering =
    [
        ("a relay's fee", "update relays set fee = fee + 1 where id = (select min(id) from relays)", "update relays set fee = fee - 1 where id = (select min(id) from relays)"),
        ("a transaction's fee", "update transactions set fee = fee + 1 where nonce = 0", "update transactions set fee = fee - 1 where nonce = 0"),
        ("a counter that ran ahead", "update signers set next_nonce = next_nonce + 1", "update signers set next_nonce = next_nonce - 1"),
        ("a relay that is said to have failed", "update relays set state = 4 where success", "update relays set state = 3 where success"),
        ("a relay that is said not to have run", "update relays set success = false where state = 3", "update relays set success = true where state = 3"),
        ("something that is held and should be free", "update relays set held = held + 1", "update relays set held = held - 1"),
        ("a charge", "update relays set charged = charged - 1", "update relays set charged = charged + 1"),
        ("a budget that was spent and does not say so", "update relay_budgets set day_spent = day_spent - 1", "update relay_budgets set day_spent = day_spent + 1"),
        ("an attempt that is not on record", "update attempts set hash = sha256(hash) where number = 1; update transactions set hash = sha256(hash)", ""),
    ];

    /// <summary>The findings before anything is tampered with, and what was tampered with and not found.</summary>
    public static async Task<(IReadOnlyList<string> Before, IReadOnlyList<string> Unseen)> RunAsync(SharedStack shared, CancellationToken cancellation)
    {
        await using var relayer = await RelayerUnderTest.SettleAsync(shared, new RelayerUnderTestOptions { Signers = 1 }, cancellation);
        await relayer.StartAsync(0, null, cancellation);
        using var workload = new Workload(relayer, 1, new WorkloadOptions(Clients: 4, PauseMilliseconds: 10));
        using var end = new CancellationTokenSource();
        var posting = workload.RunAsync(end.Token, cancellation);
        while (workload.Accepted < 8)
        {
            await Task.Delay(20, cancellation);
        }

        await end.CancelAsync();
        await posting;
        var before = (await Auditor.CheckAsync(relayer, workload, cancellation)).Violations;
        var unseen = new List<string>();
        await TryAsync("money that is gone", () => SpendAsync(1), () => SpendAsync(0));
        await TryAsync("a request that was refused and ran", () => Refuse(true), () => Refuse(false));
        foreach (var (what, tamper, mend) in Tampering)
        {
            await TryAsync(what, () => ExecuteAsync(relayer, tamper, cancellation), () => ExecuteAsync(relayer, mend, cancellation));
        }

        return (before, unseen);

        async Task TryAsync(string what, Func<Task> tamper, Func<Task> mend)
        {
            await tamper();
            if ((await Auditor.CheckAsync(relayer, workload, cancellation)).Violations.Count == 0)
            {
                unseen.Add(what);
            }

            await mend();
        }

        async Task SpendAsync(int wei)
        {
            var signer = relayer.Signers[0].Address.ToString();
            var balance = await shared.Stack.Node.BalanceAsync(signer, cancellation);
            await shared.Stack.Node.SetBalanceAsync(signer, balance + (wei == 1 ? BigInteger.MinusOne : BigInteger.One), cancellation);
        }

        Task Refuse(bool isRefused)
        {
            var signed = workload.Requests.First(signed => signed.Kind == SignedRequestKind.Count);
            signed.Answer = isRefused ? new GivenAnswer(422, "made_up") : new GivenAnswer(202, null);
            return Task.CompletedTask;
        }
    }

    private static async Task ExecuteAsync(RelayerUnderTest relayer, string sql, CancellationToken cancellation)
    {
        if (sql.Length > 0)
        {
            await using var connection = await relayer.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
