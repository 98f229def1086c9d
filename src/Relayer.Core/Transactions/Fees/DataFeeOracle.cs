using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Abi;
using Relayer.Core.Providers;

namespace Relayer.Core.Transactions.Fees;

/// <summary>The contract of a rollup that tells what data costs there: what to ask it, and what its answers say. Pure.</summary>
internal abstract class DataFeeOracle
{
    /// <summary>What no rollup charges for one transaction: a node that says so is not believed.</summary>
    private static readonly UInt128 Absurd = UInt128.One << 96;

    private DataFeeOracle()
    {
    }

    /// <summary>The calls to make, for <see cref="DataRate.Few"/> and for <see cref="DataRate.Many"/> bytes.</summary>
    public abstract IReadOnlyList<EthCall> Calls { get; }

    /// <summary>The chain's; <see langword="null"/> for <c>none</c>.</summary>
    public static DataFeeOracle? Of(string kind) => kind.ToLowerInvariant() switch
    {
        "op" => new Op(),
        "arbitrum" => new Arbitrum(),
        _ => null,
    };

    /// <summary>Reads the answers.</summary>
    /// <returns><see langword="null"/> when the chain has no such contract, or answered something else.</returns>
    public abstract DataRate? Read(IReadOnlyList<CallOutcome> outcomes);

    private static DataRate? Rate(bool isGas, IReadOnlyList<CallOutcome> outcomes, int words) =>
        First(outcomes[0], words) is { } few && First(outcomes[1], words) is { } many && few <= many && many < Absurd
            ? new DataRate(isGas, few, many)
            : null;

    private static UInt128? First(CallOutcome outcome, int words)
    {
        if (outcome is not CallOutcome.Returned { Data: var data } || data.Length != words * AbiWriter.Word)
        {
            return null;
        }

        var number = new AbiReader(data.Span).Number();
        return number.BitLength <= 128 ? number.Low : null;
    }

    /// <summary>
    /// The OP stack since Fjord: the predeploy <c>GasPriceOracle</c> gives an upper bound of the L1 fee for a size, as if nothing could be
    /// compressed. It adds the signature itself.
    /// </summary>
    private sealed class Op : DataFeeOracle
    {
        // What an EIP-1559 transaction has around its calldata, at most.
        private const int Around = 150;

        private static readonly Address Contract = Address.Parse("0x420000000000000000000000000000000000000F");

        public override IReadOnlyList<EthCall> Calls { get; } = [Ask(DataRate.Few), Ask(DataRate.Many)];

        public override DataRate? Read(IReadOnlyList<CallOutcome> outcomes) => Rate(isGas: false, outcomes, words: 1);

        private static EthCall Ask(int bytes)
        {
            var calldata = new byte[4 + AbiWriter.Word];
            var writer = new AbiWriter(calldata);
            writer.Raw([0xf1, 0xc7, 0xa5, 0x8b]); // getL1FeeUpperBound(uint256)
            writer.Write((ulong)(bytes + Around));
            return new EthCall(null, Contract, calldata);
        }
    }

    /// <summary>
    /// Arbitrum: the node's own <c>NodeInterface</c> gives the gas that a transaction with such data needs on top. It compresses what it is
    /// given, so it is given bytes that cannot be.
    /// </summary>
    private sealed class Arbitrum : DataFeeOracle
    {
        private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000C8");

        public override IReadOnlyList<EthCall> Calls { get; } = [Ask(DataRate.Few), Ask(DataRate.Many)];

        public override DataRate? Read(IReadOnlyList<CallOutcome> outcomes) => Rate(isGas: true, outcomes, words: 3);

        private static EthCall Ask(int bytes)
        {
            var calldata = new byte[4 + (4 * AbiWriter.Word) + AbiWriter.Padded(bytes)];
            var writer = new AbiWriter(calldata);
            writer.Raw([0x77, 0xd4, 0x88, 0xa2]); // gasEstimateL1Component(address,bool,bytes)
            writer.Write(Contract);
            writer.Write(false);
            writer.Write(3UL * AbiWriter.Word);
            writer.Tail(Incompressible(bytes));
            return new EthCall(null, Contract, calldata);
        }

        private static byte[] Incompressible(int bytes)
        {
            var data = new byte[bytes];
            for (var at = 0; at < bytes; at += Hash32.Size)
            {
                Keccak256.Hash(BitConverter.GetBytes(at)).Span[..Math.Min(Hash32.Size, bytes - at)].CopyTo(data.AsSpan(at));
            }

            return data;
        }
    }
}
