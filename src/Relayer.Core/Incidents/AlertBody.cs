using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Relayer.Core.Incidents;

/// <summary>What the webhook is told, as JSON. Written once for each event; its number is known once it is recorded.</summary>
internal static class AlertBody
{
    public static string Of(Incident incident, string @event)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event", @event);
            json.WriteString("at", incident.UpdatedAt);
            json.WriteStartObject("incident");
            json.WriteNumber("id", incident.Id);
            json.WriteString("cause", incident.Report.Cause);
            json.WriteString("kind", incident.Report.Kind);
            json.WriteString("severity", Name(incident.Report.Severity));
            Write(json, "chainId", incident.Report.ChainId?.Value);
            json.WriteString("account", incident.Report.Account?.ToString());
            json.WriteString("title", incident.Report.Title);
            json.WriteString("detail", incident.Report.Detail);
            json.WriteBoolean("needsPerson", incident.Report.NeedsPerson);
            json.WriteString("openedAt", incident.OpenedAt);
            json.WriteString("closedBy", incident.ClosedBy);
            json.WriteString("closedWhy", incident.ClosedWhy);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The same with the number of its delivery, so that what is signed has it.</summary>
    public static string Numbered(string body, long delivery) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"delivery\":{delivery},{body.AsSpan(1)}");

    public static string Name(IncidentSeverity severity) => severity switch
    {
        IncidentSeverity.Critical => "critical",
        IncidentSeverity.Warning => "warning",
        _ => "notice",
    };

    private static void Write(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
