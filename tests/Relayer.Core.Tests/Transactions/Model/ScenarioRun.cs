using System.Numerics;
using DevChain;
using Relayer.Core.Configuration.Chains;
using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Keys;
using Relayer.Core.Providers;
using Relayer.Core.Tests.Storage;
using Relayer.Core.Transactions;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>Plays a scenario on the real engine, on a real chain and a real database, and audits it after each step.</summary>
internal sealed class ScenarioRun : IAsyncDisposable
{
    private const int DeepestReorg = 3;
    private const int Rounds = 60;
    private static readonly Address Reverter = Plans.Account(0xfd);

    private readonly EngineWorld _world;
    private readonly NonceModel _model = new();
    private readonly Audit _audit;
    private readonly Instance[] _instances;

    private ScenarioRun(EngineWorld world)
    {
        _world = world;
        _audit = new Audit(world, _model);
        _instances = [new Instance(world), new Instance(world)];
    }

    private static CancellationToken Cancellation => EngineWorld.Cancellation;

    public static async Task PlayAsync(PostgresFixture postgres, ScenarioSteps steps)
    {
        var chain = new ChainOptions { Confirmations = DeepestReorg, MaxInFlightPerSigner = 6 };
        await using var world = await EngineWorld.StartAsync(postgres, new AnvilOptions { MineOnDemand = true }, chain, signers: 2, ether: 1_000);
        await world.Database.ExecuteAsync("create table told (id uuid, state text)");
        await world.PutAsync(Reverter, "0x60006000fd");
        await world.Node.MineAsync(2 * DeepestReorg, Cancellation);
        await using var run = new ScenarioRun(world);
        await run.PlayAsync(steps);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }
    }

    private async Task PlayAsync(ScenarioSteps steps)
    {
        var startedWith = new Dictionary<Address, BigInteger>();
        foreach (var key in _world.Keys)
        {
            startedWith[key.Address] = await _world.Node.BalanceAsync($"{key.Address}", Cancellation);
        }

        foreach (var step in steps.Steps)
        {
            try
            {
                await PlayAsync(step);
                await _audit.CheckAsync();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"at {step}: {failure.Message}\n{_world.Logs.Text}", failure);
            }
        }

        try
        {
            await SettleAsync();
            await _audit.CheckEndAsync(startedWith);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"at the end: {failure.Message}\n{_world.Logs.Text}", failure);
        }
    }

    private Task PlayAsync(Step step) => step switch
    {
        Step.Accept accept => AtAsync(accept.Instance, accept.Sending, accept.Death, instance => AcceptAsync(instance.Engine, accept)),
        Step.Pass pass => AtAsync(pass.Instance, pass.Sending, pass.Death, instance => instance.Engine.ConfirmAsync(Cancellation)),
        Step.Cancel cancel => AtAsync(cancel.Instance, cancel.Sending, cancel.Death, instance => CancelAsync(instance.Engine, cancel.Which)),
        Step.SpeedUp speedUp => AtAsync(
            speedUp.Instance, speedUp.Sending, speedUp.Death, instance => SpeedUpAsync(instance.Engine, speedUp.Which)),
        Step.Surge surge => _world.Node.SetNextBaseFeeAsync(Wei.FromGwei((ulong)surge.BaseFeeGwei).ToBigInteger(), Cancellation),
        Step.PassTogether => Task.WhenAll(
            Enumerable.Range(0, _instances.Length)
                .Select(i => AtAsync(i, Sending.Fine, null, instance => instance.Engine.ConfirmAsync(Cancellation)))),
        Step.Restart restart => RestartAsync(restart.Instance),
        Step.Mine mine => _world.Node.MineAsync(mine.Blocks, Cancellation),
        Step.Drop drop => DropAsync(drop.Which),
        Step.Reorganise reorganise => ReorganiseAsync(reorganise),
        Step.Wait wait => WaitAsync(wait.Seconds),
        Step.ForeignUse foreign => UseElsewhereAsync(_world.Keys[foreign.Signer]),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "an unknown step"),
    };

    private async Task AtAsync(int number, Sending sending, Death? death, Func<Instance, Task> action)
    {
        var instance = _instances[number];
        instance.Expect(sending, death);
        if (sending is Sending.CalledHopeless)
        {
            await GiveUpAllAsync();
        }

        try
        {
            await action(instance);
        }
        catch (Exception) when (instance.IsDead)
        {
            // Killed in the middle.
        }
        catch (Exception refused) when (refused is ChainUnavailableException or SignerUnavailableException)
        {
            // The caller, or the next pass, tries again.
        }

        instance.Expect(Sending.Fine, null);
        if (instance.IsDead)
        {
            await RestartAsync(number);
        }
    }

    private async Task RestartAsync(int number)
    {
        await _instances[number].DisposeAsync();
        _instances[number] = new Instance(_world);
    }

    private async Task AcceptAsync(ChainEngine engine, Step.Accept step)
    {
        var plans = Enumerable.Range(0, step.Count).Select(_ => Plan(step.Kind)).ToArray();
        var quote = await engine.QuoteAsync(plans[0].GasLimit, Cancellation);
        await using var connection = await _world.Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var reserved = await engine.ReserveAsync(connection, quote.Signers, plans, Cancellation);
        await transaction.CommitAsync(Cancellation);
        foreach (var item in reserved)
        {
            _model.Accept(item, step.Kind);
            if (step.Sending is Sending.CalledHopeless)
            {
                _model.GiveUp(item.Plan.Id);
            }
        }

        await Task.WhenAll(reserved.Select(item => engine.SubmitAsync(item, Cancellation)));
    }

    private async Task CancelAsync(ChainEngine engine, int which)
    {
        if (await PickAsync(which) is { } id)
        {
            _model.GiveUp(id);
            await engine.CancelAsync(id, Cancellation);
        }
    }

    private async Task SpeedUpAsync(ChainEngine engine, int which)
    {
        if (await PickAsync(which) is { } id)
        {
            await engine.SpeedUpAsync(id, Cancellation);
        }
    }

    /// <summary>One of those that the engine still has work with.</summary>
    private async Task<Guid?> PickAsync(int which)
    {
        var open = (await LedgerRow.ReadAsync(_world.Database)).Where(row => !row.IsFinal && _model.Promises.ContainsKey(row.Id)).ToArray();
        return open.Length == 0 ? null : open[which % open.Length].Id;
    }

    // Each payload is told from every other by its data.
    private TransactionPlan Plan(Kind kind)
    {
        var plan = kind switch
        {
            Kind.Reverting => Plans.Create(to: Reverter),
            Kind.NeverTaken => Plans.Create(gas: 1_000_000_000, maxFeeGwei: 2),
            Kind.Expiring => Plans.Create(expiresAt: _world.Time.GetUtcNow().AddMinutes(10)),
            _ => Plans.Create(value: 7),
        };
        return plan with { Data = Guid.NewGuid().ToByteArray() };
    }

    // What an instance sends in this step is on record before it or taken in it.
    private async Task GiveUpAllAsync()
    {
        foreach (var row in await LedgerRow.ReadAsync(_world.Database))
        {
            _model.GiveUp(row.Id);
        }
    }

    private async Task DropAsync(int which)
    {
        var waiting = (await ChainRecord.ReadPoolAsync(_world.Node)).Order().ToArray();
        if (waiting.Length > 0)
        {
            await _world.Node.DropTransactionAsync($"{waiting[which % waiting.Length]}", Cancellation);
        }
    }

    private async Task ReorganiseAsync(Step.Reorganise step)
    {
        var taken = await ChainRecord.ReadNewestAsync(_world.Node, step.Depth);
        await _world.Node.ReorganiseAsync(step.Depth, Cancellation);
        if (step.Keeps)
        {
            var raw = (await LedgerRow.ReadAsync(_world.Database)).SelectMany(row => row.Raw).ToDictionary(bytes => Keccak256.Hash(bytes));
            foreach (var hash in taken)
            {
                await SendAsync(raw.GetValueOrDefault(hash) ?? _model.Foreign[hash]);
            }
        }
    }

    private Task WaitAsync(int seconds)
    {
        _world.Time.Advance(TimeSpan.FromSeconds(seconds));
        return Task.CompletedTask;
    }

    private async Task UseElsewhereAsync(DevKey key)
    {
        var nonce = (ulong)await _world.Node.NonceAsync($"{key.Address}", Cancellation);
        var unsigned = new UnsignedTransaction(
            new ChainId(_world.Node.ChainId), nonce, Plans.Nobody, new Wei(1), 21_000, ReadOnlyMemory<byte>.Empty,
            new TransactionFees.Dynamic(Wei.FromGwei(1_000), Wei.FromGwei(1_000)));
        var signer = (await _world.Signers.FindAsync(unsigned.ChainId, key.Address, Cancellation))!;
        var raw = unsigned.Encode(await signer.SignAsync(unsigned.SigningDigest(), Cancellation));
        _model.UseElsewhere(key.Address, nonce, raw);
        await SendAsync(raw);
    }

    // A node may well refuse it: then it is not there.
    private async Task SendAsync(byte[] raw) => await _world.Chain.SendRawAsync([raw], Cancellation);

    /// <summary>Nothing goes wrong any more: with time, blocks and passes everything comes to an end.</summary>
    private async Task SettleAsync()
    {
        // Signers that nobody has asked for yet are not known yet.
        await _instances[0].Engine.QuoteAsync(1, Cancellation);
        for (var round = 0; round < Rounds && !await IsQuietAsync(); round++)
        {
            await WaitAsync(20);
            await AtAsync(round % _instances.Length, Sending.Fine, null, instance => instance.Engine.ConfirmAsync(Cancellation));
            await _world.Node.MineAsync(1, Cancellation);
        }
    }

    private async Task<bool> IsQuietAsync()
    {
        if (await _world.Database.ScalarAsync<long>("select count(*) from transactions where state < 4") > 0)
        {
            return false;
        }

        foreach (var key in _world.Keys)
        {
            var next = await _world.Database.ColumnAsync<long>(
                $"select next_nonce from signers where address = '\\x{Convert.ToHexStringLower(key.Address.Span)}'");
            if (next.Count == 0 || next[0] != await _world.Node.NonceAsync($"{key.Address}", Cancellation))
            {
                return false;
            }
        }

        return true;
    }
}
