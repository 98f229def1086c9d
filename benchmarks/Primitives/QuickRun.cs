using System.Diagnostics;
using System.Globalization;

namespace Primitives;

/// <summary>A few seconds for each operation on one thread, and a Markdown table: enough to see where a machine stands.</summary>
/// <remarks>Counted by processor time, which is what a core gives and which other programs on the machine hardly move.</remarks>
internal static class QuickRun
{
    private const int Batch = 50;

    public static void Print(TextWriter output, double seconds)
    {
        var native = new Subject(Subject.Native);
        var managed = new Subject(Subject.Managed);
        (string Name, Action Work, int Target)[] rows =
        [
            ("Keccak-256 of 32 bytes", () => native.HashWord(), 0),
            ($"Keccak-256 of {native.DataSize} bytes", () => native.HashData(), 0),
            ("EIP-712 digest of a ForwardRequest", () => native.DigestRequest(), 400_000),
            ("digest + recover, native", () => native.DigestAndRecover(), 30_000),
            ("… the library's call alone", () => native.BareRecover(), 0),
            ("digest + recover, managed", () => managed.DigestAndRecover(), 7_000),
            ("sign + encode (EIP-1559), native", () => native.SignAndEncode(), 40_000),
            ("… the library's call alone", () => native.BareSign(), 0),
            ("sign + encode (EIP-1559), managed", () => managed.SignAndEncode(), 0),
        ];
        output.WriteLine("| operation | per second and core | aim |");
        output.WriteLine("|---|--:|--:|");
        foreach (var (name, work, target) in rows)
        {
            Count(work, seconds / 4); // Until the code is compiled for good.
            var rate = Count(work, seconds);
            output.WriteLine($"| {name} | {Number(rate)} | {(target == 0 ? "" : "≥ " + Number(target))} |");
        }
    }

    private static double Count(Action work, double seconds)
    {
        var watch = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        long count = 0;
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            for (var i = 0; i < Batch; i++)
            {
                work();
            }

            count += Batch;
        }

        return count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
