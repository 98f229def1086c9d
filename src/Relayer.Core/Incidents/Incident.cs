using Relayer.Core.Ethereum;

namespace Relayer.Core.Incidents;

/// <summary>Something that a person should know of: what a feature reports.</summary>
/// <param name="Kind">What kind of thing, stable, such as <c>council_low</c>.</param>
/// <param name="Severity">How bad.</param>
/// <param name="ChainId">The chain it is about, if one.</param>
/// <param name="Account">The account it is about, if one.</param>
/// <param name="Title">One line.</param>
/// <param name="Detail">All that is known, for people.</param>
/// <param name="NeedsPerson">Only a person closes it; otherwise it closes when its cause is gone.</param>
/// <param name="Occurrence">Tells apart what must not be taken for one, such as differences at different blocks.</param>
public sealed record IncidentReport(
    string Kind, IncidentSeverity Severity, ChainId? ChainId, Address? Account, string Title, string Detail, bool NeedsPerson = false,
    string? Occurrence = null)
{
    /// <summary>Names what is wrong with what. There is at most one open incident for each.</summary>
    public string Cause => CauseOf(Kind, ChainId, Account, Occurrence);

    /// <summary>The cause of such a report.</summary>
    public static string CauseOf(string kind, ChainId? chainId = null, Address? account = null, string? occurrence = null) =>
        string.Join('/', new[] { kind, chainId?.ToString(), account?.ToString(), occurrence }.Where(part => part is not null));
}

/// <summary>How bad it is.</summary>
public enum IncidentSeverity
{
    /// <summary>Good to know.</summary>
    Notice,

    /// <summary>Wants a person within days.</summary>
    Warning,

    /// <summary>Wants a person now.</summary>
    Critical,
}

/// <summary>An incident on record.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Report">What was reported last.</param>
/// <param name="OpenedAt">When it began.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="ClosedAt">When it ended; <see langword="null"/> while it lasts.</param>
/// <param name="ClosedBy">Who cleared it; <see langword="null"/> when its cause went away by itself.</param>
/// <param name="ClosedWhy">Why it ended.</param>
public sealed record Incident(
    long Id, IncidentReport Report, DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ClosedAt, string? ClosedBy, string? ClosedWhy);
