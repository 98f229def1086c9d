// dotnet run -c Release --project benchmarks/Primitives -- --quick            a Markdown table within a minute
// dotnet run -c Release --project benchmarks/Primitives -- --contracts        what keepers encode and decode, by hand and as typed classes
// dotnet run -c Release --project benchmarks/Primitives -- --filter '*'       BenchmarkDotNet
using BenchmarkDotNet.Running;
using Primitives;

if (args.Contains("--quick"))
{
    QuickRun.Print(Console.Out, seconds: 4);
    return;
}

if (args.Contains("--contracts"))
{
    ContractRun.Print(Console.Out, seconds: 1);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(PrimitiveBenchmarks).Assembly).Run(args);
