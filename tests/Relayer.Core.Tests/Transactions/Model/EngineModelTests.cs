using System.Globalization;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Relayer.Core.Tests.Storage;

namespace Relayer.Core.Tests.Transactions.Model;

/// <summary>
/// Whatever happens in whatever order, every accepted payload is on chain exactly once or its nonce was taken by what the model allows, no
/// nonce is open or used twice, states move as <see cref="Relayer.Core.Transactions.Confirmation.Transition"/> has it, and the ledger is the chain to the wei.
/// </summary>
/// <remarks>
/// <c>RELAYER_MODEL_STORIES</c> sets how many sequences are tried and <c>RELAYER_MODEL_SEED</c> which: a number, or <c>random</c>. A failure
/// names its seed and the shortest sequence found that fails too.
/// </remarks>
[Trait("needs", "services")]
public sealed class EngineModelTests(PostgresFixture postgres)
{
    private static readonly TimeSpan ShrinksFor = TimeSpan.FromMinutes(2);

    [Fact]
    public void Any_sequence_of_mishaps_ends_with_every_payload_once_and_no_nonce_open()
    {
        var seed = Seed();
        long? failedAt = null;
        var scenarios = Arb.From(ScenarioSteps.Any, steps => steps.Smaller().TakeWhile(_ =>
            TimeProvider.System.GetElapsedTime(failedAt ?? TimeProvider.System.GetTimestamp()) < ShrinksFor));
        var property = Prop.ForAll(scenarios, (ScenarioSteps steps) =>
        {
            try
            {
                ScenarioRun.PlayAsync(postgres, steps).GetAwaiter().GetResult();
            }
            catch (Exception failure)
            {
                failedAt ??= TimeProvider.System.GetTimestamp();
                throw new InvalidOperationException($"RELAYER_MODEL_SEED={seed}: {failure.Message}", failure);
            }
        });
        Check.One(
            Config.QuickThrowOnFailure
                .WithMaxTest(Stories())
                .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed), FSharpOption<int>.None))),
            property);
    }

    private static int Stories() =>
        int.TryParse(Environment.GetEnvironmentVariable("RELAYER_MODEL_STORIES"), CultureInfo.InvariantCulture, out var count) ? count : 10;

    private static ulong Seed() => Environment.GetEnvironmentVariable("RELAYER_MODEL_SEED") switch
    {
        "random" => (ulong)RandomNumberGenerator.GetInt32(int.MaxValue),
        { } given => ulong.Parse(given, CultureInfo.InvariantCulture),
        null => 20260,
    };
}
