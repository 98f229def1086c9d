namespace Relayer.Core.Configuration;

/// <summary>For rehearsals only, bound from <c>CrashPoints</c>: refused unless <c>Environment</c> is <c>Development</c>.</summary>
public sealed class CrashPointOptions
{
    /// <summary>Where the process is to be killed, one of <see cref="Crashes.CrashPoints.All"/>; empty: nowhere.</summary>
    public string At { get; set; } = "";

    /// <summary>The how-maniest time it gets there, from 1.</summary>
    public int Occurrence { get; set; } = 1;
}
