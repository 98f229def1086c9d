using System.Numerics;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>Compares what the engine wrote and did with the model: after each step, and when all is quiet.</summary>
internal sealed class Audit(EngineWorld world, NonceModel model)
{
    // Where each state may have got to when it is looked at again: one or more moves by Transition.
    private static readonly Dictionary<short, short[]> Later = new()
    {
        [0] = [0, 1, 2, 3, 4, 5, 6, 7],
        [1] = [1, 2, 3, 4, 5, 6, 7],
        [2] = [2, 3, 4, 5, 6, 7],
        [3] = [2, 3, 4, 5, 6, 7],
        [4] = [4],
        [5] = [5],
        [6] = [6],
        [7] = [7],
    };

    private Dictionary<Guid, LedgerRow> _before = [];

    /// <summary>What holds at any time.</summary>
    public async Task<IReadOnlyList<LedgerRow>> CheckAsync()
    {
        // The pool before the records: what is sent is on record before.
        var waiting = await ChainRecord.ReadPoolAsync(world.Node);
        var rows = await LedgerRow.ReadAsync(world.Database);
        Assert.Equal(rows.Count, rows.Select(row => (row.Signer, row.Nonce)).Distinct().Count());
        Assert.All(model.Promises.Keys, id => Assert.Contains(rows, row => row.Id == id));
        foreach (var row in rows)
        {
            CheckRow(row);
            CheckAttempts(row);
            if (_before.GetValueOrDefault(row.Id) is { } before)
            {
                CheckMove(before, row);
            }
        }

        var recorded = rows.SelectMany(row => row.Raw).Select(raw => Keccak256.Hash(raw)).ToHashSet();
        Assert.All(waiting, hash => Assert.True(recorded.Contains(hash) || model.Foreign.ContainsKey(hash), $"{hash} was sent and is not on record"));
        _before = rows.ToDictionary(row => row.Id);
        return rows;
    }

    /// <summary>What holds when nothing is under way any more.</summary>
    public async Task CheckEndAsync(IReadOnlyDictionary<Address, BigInteger> startedWith)
    {
        var rows = await CheckAsync();
        var chain = await ChainRecord.ReadAsync(world.Node);
        foreach (var row in rows)
        {
            CheckEnd(row, chain.Mined.GetValueOrDefault((row.Signer, row.Nonce)));
        }

        foreach (var (address, balance) in startedWith)
        {
            await CheckBalanceAsync(address, balance, rows, chain);
        }

        var told = await world.Database.ColumnAsync<string>("select id || ' ' || state from told where state in ('Confirmed', 'Cancelled', 'Failed', 'NonceUsedExternally')");
        string[] ends = ["Confirmed", "Cancelled", "Failed", "NonceUsedExternally"];
        Assert.Equal(
            model.Promises.Keys.Select(id => $"{id} {ends[_before[id].State - 4]}").Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    private static void CheckMove(LedgerRow before, LedgerRow now)
    {
        Assert.True(Later[before.State].Contains(now.State), $"{now.Id} went from {before.State} to {now.State}");
        Assert.True(now.Version >= before.Version, $"{now.Id} went back to version {now.Version}");
        Assert.Equal(before.Raw, now.Raw.Take(before.Raw.Count));
        if (before.IsFinal)
        {
            Assert.Equal((before.Version, before.Hash, before.Fee), (now.Version, now.Hash, now.Fee));
        }
    }

    private void CheckRow(LedgerRow row)
    {
        if (!model.Promises.TryGetValue(row.Id, out var promise))
        {
            Assert.True(model.IsContested(row.Signer), $"nobody asked for {row}");
            Assert.Equal((row.Signer, BigInteger.Zero, "0x"), (row.To, row.Value, row.Data));
            return;
        }

        var (reserved, plan) = (promise.Reserved, promise.Reserved.Plan);
        Assert.Equal(
            (reserved.Signer, reserved.Nonce, plan.To, plan.Value.ToBigInteger(), Hex.Encode(plan.Data.Span)),
            (row.Signer, row.Nonce, row.To, row.Value, row.Data));
    }

    private void CheckAttempts(LedgerRow row)
    {
        TransactionFees.Dynamic? last = null;
        foreach (var (raw, isNoop) in row.Raw.Zip(row.IsNoop))
        {
            Assert.True(SignedTransaction.TryDecode(raw, out var signed));
            Assert.Equal((row.Nonce, row.Signer), (signed.Transaction.Nonce, signed.Sender));
            Assert.Equal(
                isNoop ? (row.Signer, BigInteger.Zero, "0x") : (row.To, row.Value, row.Data),
                (signed.Transaction.To, signed.Transaction.Value.ToBigInteger(), Hex.Encode(signed.Transaction.Data.Span)));
            var fees = Assert.IsType<TransactionFees.Dynamic>(signed.Transaction.Fees);
            Assert.True(fees.MaxFee <= world.Engine.Settings.Fees.MaxFee, $"{row.Id} offers {fees.MaxFee}");

            // At the cap a noop cannot offer more; it may still be first where no node holds the payload.
            Assert.True(
                last is null || (isNoop && fees == last)
                || (IsTenthMore(last.MaxFee, fees.MaxFee) && IsTenthMore(last.MaxPriorityFee, fees.MaxPriorityFee)),
                $"{row.Id} offers {fees} after {last}");
            last = fees;
        }
    }

    private static bool IsTenthMore(Wei before, Wei now) => now.ToBigInteger() * 10 >= before.ToBigInteger() * 11;

    private void CheckEnd(LedgerRow row, MinedTransaction? mined)
    {
        Assert.True(mined is not null, $"nonce {row.Nonce} of {row.Signer} is open; its transaction is in state {row.State}");
        if (row.State == 7)
        {
            Assert.Contains(mined.Hash, model.Foreign.Keys);
        }
        else
        {
            var attempt = row.Raw.Select(raw => Keccak256.Hash(raw)).ToList().IndexOf(mined.Hash);
            Assert.True(attempt >= 0, $"{mined.Hash} at nonce {row.Nonce} of {row.Signer} is not on record");
            Assert.Equal((mined.Hash, mined.Fee), (row.Hash, row.Fee));
            Assert.Equal(row.State, (row.IsNoop[attempt], mined.Succeeded) switch { (true, _) => 5, (_, true) => 4, _ => 6 });
        }

        if (model.Promises.TryGetValue(row.Id, out var promise))
        {
            Assert.True(model.MayEnd(promise, row.State), $"a promise ended in state {row.State}: {promise}");
        }
    }

    private async Task CheckBalanceAsync(Address address, BigInteger balance, IReadOnlyList<LedgerRow> rows, ChainRecord chain)
    {
        var next = await world.Database.ScalarAsync<long>(
            $"select coalesce(max(next_nonce), 0) from signers where address = '\\x{Convert.ToHexStringLower(address.Span)}'");
        var mined = chain.Mined.Where(item => item.Key.From == address).ToArray();
        Assert.Equal(next, mined.Length);
        Assert.Equal(next, await world.Node.NonceAsync($"{address}", EngineWorld.Cancellation));
        var elsewhere = mined.Select(item => item.Value).Where(item => model.Foreign.ContainsKey(item.Hash)).Sum(item => item.Fee + item.Value);
        var ours = rows.Where(row => row.Signer == address).Sum(row => (row.Fee ?? 0) + (row.State == 4 ? row.Value : 0));
        Assert.Equal(balance - elsewhere - ours, await world.Node.BalanceAsync($"{address}", EngineWorld.Cancellation));
    }
}

internal static class Sums
{
    public static BigInteger Sum<T>(this IEnumerable<T> items, Func<T, BigInteger> amount) =>
        items.Aggregate(BigInteger.Zero, (sum, item) => sum + amount(item));
}
