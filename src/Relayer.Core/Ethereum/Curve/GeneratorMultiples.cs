namespace Relayer.Core.Ethereum.Curve;

/// <summary>The odd multiples of the generator, and of 2^128 times the generator, that <see cref="SignedDigits"/> asks for.</summary>
internal static class GeneratorMultiples
{
    /// <summary>Wider than for a point met once, since the table is made once.</summary>
    internal const int Width = 8;

    private const int Entries = 1 << (Width - 2);

    /// <summary>G, 3G, 5G, …</summary>
    internal static AffinePoint[] Lower { get; } = Build(new JacobianPoint(AffinePoint.Generator));

    /// <summary>The same times 2^128.</summary>
    internal static AffinePoint[] Upper { get; } = Build(Shifted());

    private static JacobianPoint Shifted()
    {
        var point = new JacobianPoint(AffinePoint.Generator);
        for (var i = 0; i < 128; i++)
        {
            point.Double();
        }

        return point;
    }

    private static AffinePoint[] Build(JacobianPoint first)
    {
        var twice = first;
        twice.Double();
        var table = new AffinePoint[Entries];
        for (var i = 0; i < Entries; i++)
        {
            table[i] = first.ToAffine(first.Z.Invert());
            first.Add(in twice);
        }

        return table;
    }
}
