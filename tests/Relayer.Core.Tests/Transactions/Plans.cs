using Relayer.Core.Ethereum;
using Relayer.Core.Ethereum.Tx;
using Relayer.Core.Transactions.Sending;

namespace Relayer.Core.Tests.Transactions;

/// <summary>Transactions to send in tests.</summary>
internal static class Plans
{
    public const string Purpose = "test";

    public static readonly Address Nobody = Account(0xee);

    public static Address Account(byte number)
    {
        var bytes = new byte[Address.Size];
        (bytes[0], bytes[^1]) = (0xac, number);
        return new Address(bytes);
    }

    public static TransactionPlan Create(
        Address? to = null, ulong gas = 50_000, ulong maxFeeGwei = 10, ulong value = 0, DateTimeOffset? expiresAt = null, string purpose = Purpose) =>
        new(Guid.CreateVersion7(), purpose, to ?? Nobody, new Wei(value), gas, new byte[] { 1, 2, 3 },
            new TransactionFees.Dynamic(Wei.FromGwei(maxFeeGwei), Wei.FromGwei(1)), expiresAt);

    public static TransactionPlan[] Many(int count) => [.. Enumerable.Range(0, count).Select(_ => Create())];
}
