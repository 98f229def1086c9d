using Microsoft.Extensions.Logging;
using Npgsql;
using Relayer.Core.Ethereum;
using Relayer.Core.Keys;
using Relayer.Core.Operations;
using Relayer.Core.Providers;
using Relayer.Core.Storage;
using Relayer.Core.Telemetry;
using Relayer.Core.Transactions.Fees;

namespace Relayer.Core.Transactions.Signers;

/// <summary>Which of a chain's signers take new transactions: those that cannot pay or keep failing are paused, and go on by themselves.</summary>
/// <remarks>
/// Safe in several instances at once: pauses are in the signers' rows, and reservations look at them under the same lock. A pause concerns
/// new reservations only, so that nothing in flight is ever left behind by one.
/// </remarks>
internal sealed partial class SignerPool(
    ChainSettings settings, FeeAndBalanceCache cache, ISignerSource signers, SignerErrors errors, Database database, TimeProvider time,
    ILogger<SignerPool> logger)
{
    /// <summary>Looks at what the signers hold, and at whose rest is over; once for every tick of the timer.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    /// <exception cref="ChainUnavailableException">No provider answers.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var means = await ReadMeansAsync(cancellation);
        await using var connection = await database.OpenAsync(cancellation);
        var usable = 0;
        foreach (var signer in await SignerStore.ReadAsync(connection, settings.ChainId, only: null, cancellation))
        {
            Remember(signer);
            var can = means.GetValueOrDefault(signer.Address);
            usable += signer.Pause is null && can is FundingLevel.Enough or FundingLevel.Plenty ? 1 : 0;
            var isDue = signer.Pause?.Cause == SignerPauseCause.Errors && signer.RetryAt <= time.GetUtcNow();
            if (SignerPausePolicy.Next(signer, can, isDue && await HasKeyAsync(signer.Address, cancellation), time.GetUtcNow()) is { } step)
            {
                await CarryOutAsync(connection, signer, step, cancellation);
            }
        }

        RelayerMetrics.SignersUsable.Record(usable, new KeyValuePair<string, object?>("chain", settings.ChainId.Value));
    }

    /// <summary>Draws the consequences of what this instance met with the signers; nothing to do costs nothing.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        var (failing, recovered) = (errors.Failing(), errors.Recovered());
        if (failing.Count == 0 && recovered.Count == 0)
        {
            return;
        }

        await using var connection = await database.OpenAsync(cancellation);
        foreach (var (address, reason) in failing)
        {
            if (await FindAsync(connection, address, cancellation) is { Pause: null } signer)
            {
                await CarryOutAsync(connection, signer, SignerPausePolicy.Rest(signer, reason, time.GetUtcNow()), cancellation);
            }

            errors.Rests(address);
        }

        foreach (var address in recovered)
        {
            if (await FindAsync(connection, address, cancellation) is { Pause.Cause: SignerPauseCause.Errors } signer)
            {
                await CarryOutAsync(connection, signer, new SignerStep.Resume(), cancellation);
            }

            errors.GoesOn(address);
        }
    }

    /// <summary>How the signers stand: those whose keys are available, and all that were ever used on this chain.</summary>
    /// <exception cref="NpgsqlException">The database is unavailable.</exception>
    public async Task<IReadOnlyList<SignerStatus>> ListAsync(CancellationToken cancellation)
    {
        await TryIntroduceAsync(cancellation);
        await using var connection = await database.OpenAsync(cancellation);
        return await SignerStore.ReadAsync(connection, settings.ChainId, only: null, cancellation);
    }

    /// <summary>An operator's pause or resumption, audited in the same transaction.</summary>
    /// <returns>How the signer stands now, and whether that is news; <see langword="null"/> when it is not known.</returns>
    /// <exception cref="NpgsqlException">The database is unavailable; whether it was done is not known: do it again.</exception>
    public async Task<SignerChange?> ChangeAsync(Address address, bool pause, Instruction instruction, CancellationToken cancellation)
    {
        await TryIntroduceAsync(cancellation);
        await using var connection = await database.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await FindAsync(connection, address, cancellation) is not { } seen)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var hasChanged = pause
            ? await SignerStore.PauseAsync(
                connection, settings.ChainId, seen, new SignerStep.Pause(SignerPauseCause.Operator, instruction.Reason), now, cancellation)
            : await SignerStore.ResumeAsync(connection, settings.ChainId, address, SignerPauseCause.Operator, now, cancellation);
        var entry = new AuditEntry(
            instruction, pause ? "signer.pause" : "signer.resume", $"signer:{settings.ChainId}:{address}", AuditOutcome.Of(hasChanged));
        await AuditLog.AppendAsync(connection, entry, now, cancellation);
        var signer = (await FindAsync(connection, address, cancellation))!;
        await transaction.CommitAsync(cancellation);
        if (hasChanged)
        {
            errors.GoesOn(address);
            Log.ByOperator(logger, address, settings.ChainId, pause ? "paused" : "resumed", instruction.Who);
        }

        return new SignerChange(hasChanged, signer);
    }

    /// <summary>What the signers can pay for whose keys are available; nothing is known of the others, nor while gas costs more than is paid.</summary>
    private async Task<IReadOnlyDictionary<Address, FundingLevel>> ReadMeansAsync(CancellationToken cancellation)
    {
        try
        {
            var reading = await cache.ReadAsync(cancellation);
            var present = settings.With(reading.Data.Of(DataPrice.UsualBytes));
            return FeePlan.For(reading.Market, cache.Floor.Limits, settings.Speed) is { } fees
                ? reading.Balances.ToDictionary(signer => signer.Address, signer => SignerPausePolicy.MeansOf(signer.Balance, fees, present))
                : new Dictionary<Address, FundingLevel>();
        }
        catch (SignerUnavailableException)
        {
            return new Dictionary<Address, FundingLevel>();
        }
    }

    private async Task<SignerStatus?> FindAsync(NpgsqlConnection connection, Address address, CancellationToken cancellation) =>
        (await SignerStore.ReadAsync(connection, settings.ChainId, address, cancellation)).SingleOrDefault();

    /// <summary>A reading makes signers known that were never used. Where none can be had, those that were are enough.</summary>
    private async Task TryIntroduceAsync(CancellationToken cancellation)
    {
        try
        {
            await cache.ReadAsync(cancellation);
        }
        catch (Exception away) when (away is ChainUnavailableException or SignerUnavailableException)
        {
        }
    }

    /// <summary>Other instances pause and resume too: what is taken of a resting signer counts wherever it happens.</summary>
    private void Remember(SignerStatus signer)
    {
        if (signer.Pause?.Cause == SignerPauseCause.Errors)
        {
            errors.Rests(signer.Address);
        }
        else
        {
            errors.Awakes(signer.Address);
        }
    }

    private async Task CarryOutAsync(NpgsqlConnection connection, SignerStatus signer, SignerStep step, CancellationToken cancellation)
    {
        switch (step)
        {
            case SignerStep.Pause pause:
                if (await SignerStore.PauseAsync(connection, settings.ChainId, signer, pause, time.GetUtcNow(), cancellation)
                    && signer.Pause is null)
                {
                    Log.Paused(logger, signer.Address, settings.ChainId, pause.Reason, pause.RetryAt);
                }

                break;
            case SignerStep.Resume:
                if (await SignerStore.ResumeAsync(
                    connection, settings.ChainId, signer.Address, signer.Pause!.Cause, time.GetUtcNow(), cancellation))
                {
                    Log.Resumed(logger, signer.Address, settings.ChainId, signer.Pause.Cause);
                }

                errors.GoesOn(signer.Address);
                break;
        }
    }

    private async Task<bool> HasKeyAsync(Address address, CancellationToken cancellation)
    {
        try
        {
            return await signers.FindAsync(settings.ChainId, address, cancellation) is not null;
        }
        catch (SignerUnavailableException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 240, Level = LogLevel.Warning, Message = "Signer {Signer} on chain {ChainId} is paused: {Reason} (tried again at {RetryAt}; a funded one goes on by itself)")]
        public static partial void Paused(ILogger logger, Address signer, ChainId chainId, string reason, DateTimeOffset? retryAt);

        [LoggerMessage(EventId = 241, Level = LogLevel.Information, Message = "Signer {Signer} on chain {ChainId} goes on (it was paused for {Cause})")]
        public static partial void Resumed(ILogger logger, Address signer, ChainId chainId, string cause);

        [LoggerMessage(EventId = 242, Level = LogLevel.Warning, Message = "Signer {Signer} on chain {ChainId} was {What} by {Who}")]
        public static partial void ByOperator(ILogger logger, Address signer, ChainId chainId, string what, string who);
    }
}

/// <summary>What an operator's command did to a signer.</summary>
/// <param name="HasChanged">False when it was so before.</param>
/// <param name="Signer">How it stands now.</param>
public sealed record SignerChange(bool HasChanged, SignerStatus Signer);
