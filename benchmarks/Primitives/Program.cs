// dotnet run -c Release --project benchmarks/Primitives -- --quick            a Markdown table within a minute
// dotnet run -c Release --project benchmarks/Primitives -- --filter '*'       BenchmarkDotNet
using BenchmarkDotNet.Running;
using Primitives;

if (args.Contains("--quick"))
{
    QuickRun.Print(Console.Out, seconds: 4);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(PrimitiveBenchmarks).Assembly).Run(args);
