namespace Relayer.Core.Ethereum.Curve;

/// <summary>A point as (X, Y, Z) for x = X / Z², y = Y / Z³, which spares a division at each step. Z = 0 is the point at infinity.</summary>
/// <remarks>
/// Sources of the formulas: Explicit-Formulas Database, short Weierstrass curves with a = 0, Jacobian coordinates:
/// dbl-2009-l, add-1998-cmo-2 and its case Z2 = 1.
/// </remarks>
internal struct JacobianPoint(FieldElement x, FieldElement y, FieldElement z)
{
    private FieldElement _x = x;
    private FieldElement _y = y;
    private FieldElement _z = z;

    internal JacobianPoint(AffinePoint point)
        : this(point.X, point.Y, FieldElement.One)
    {
    }

    internal readonly bool IsInfinity => _z.IsZero;

    internal readonly FieldElement Z => _z;

    internal readonly JacobianPoint Negate() => new(_x, _y.Negate(), _z);

    /// <summary>The point times the eigenvalue of <see cref="Endomorphism"/>.</summary>
    internal readonly JacobianPoint ApplyEndomorphism() => new(_x * Endomorphism.Beta, _y, _z);

    /// <summary>The coordinates, with the inverse of <see cref="Z"/> at hand.</summary>
    internal readonly AffinePoint ToAffine(in FieldElement inverseZ)
    {
        var square = inverseZ.Square();
        return new AffinePoint(_x * square, _y * (square * inverseZ));
    }

    internal void Double()
    {
        var a = _x.Square();
        var b = _y.Square();
        var c = b.Square();
        var d = ((_x + b).Square() - a - c).Double();
        var e = a.Double() + a;
        var x = e.Square() - d.Double();
        _z = (_y * _z).Double();
        _y = (e * (d - x)) - c.Double().Double().Double();
        _x = x;
    }

    internal void Add(in AffinePoint other)
    {
        if (IsInfinity)
        {
            this = new JacobianPoint(other);
            return;
        }

        var square = _z.Square();
        AddScaled(in _x, in _y, other.X * square, other.Y * (square * _z), in _z);
    }

    internal void Add(in JacobianPoint other)
    {
        if (other.IsInfinity)
        {
            return;
        }

        if (IsInfinity)
        {
            this = other;
            return;
        }

        var square = _z.Square();
        var otherSquare = other._z.Square();
        AddScaled(
            _x * otherSquare, _y * (otherSquare * other._z), other._x * square, other._y * (square * _z), _z * other._z);
    }

    /// <summary>Adds (u2, s2) to (u1, s1), both over the same Z.</summary>
    private void AddScaled(in FieldElement u1, in FieldElement s1, in FieldElement u2, in FieldElement s2, in FieldElement z)
    {
        var h = u2 - u1;
        var r = s2 - s1;
        if (h.IsZero)
        {
            // The same x: the same point, or opposite ones.
            if (r.IsZero)
            {
                Double();
            }
            else
            {
                this = default;
            }

            return;
        }

        var hSquare = h.Square();
        var hCube = hSquare * h;
        var v = u1 * hSquare;
        var y = s1 * hCube;
        var x = r.Square() - hCube - v.Double();
        _z = z * h;
        _y = (r * (v - x)) - y;
        _x = x;
    }
}
