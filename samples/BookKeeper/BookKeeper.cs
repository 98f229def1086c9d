using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Web3;
using Relayer.Core.Configuration;
using Relayer.Core.Configuration.Keepers;
using Relayer.Core.Ethereum;
using Relayer.Core.Keepers.Views;

namespace SampleKeepers;

/// <summary>Settles what a book says is due, when nobody else has.</summary>
public sealed class BookKeeper : ViewKeeper<BookOptions>
{
    protected override async Task<IReadOnlyList<DueWork>> LookAsync(IWeb3 web3, BookOptions options, CancellationToken cancellation)
    {
        var book = $"{options.Book}";
        var due = await web3.QueryStrictlyAsync<DueFunction, DueAnswer>(book, new DueFunction());
        return [.. due.Entries.Select(entry => DueWork.By($"{entry}", book, new SettleFunction { Entry = entry }))];
    }
}

public sealed class BookOptions : ViewKeeperOptions
{
    public Address? Book { get; set; }

    public override void Validate(string at, OptionFaults faults) => faults.RequireAddress(Book, $"{at}:Book");
}

[Function("due", typeof(DueAnswer))]
public sealed class DueFunction : FunctionMessage;

[FunctionOutput]
public sealed class DueAnswer : IFunctionOutputDTO
{
    [Parameter("uint256[]", "entries", 1)]
    public List<BigInteger> Entries { get; set; } = [];
}

[Function("settle")]
public sealed class SettleFunction : FunctionMessage
{
    [Parameter("uint256", "entry", 1)]
    public BigInteger Entry { get; set; }
}
