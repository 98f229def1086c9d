using System.Reflection;
using System.Text.Json;
using Functions.Catalog;

namespace Functions.Hosting;

/// <summary>Writes the Azure Functions host's <c>function.json</c> files from the attributes.</summary>
internal static class FunctionJson
{
    /// <summary>The command-line option that asks for the files, followed by the folder to write them to.</summary>
    public const string Option = "--write-function-json";

    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Does what the option asks; false when it is not there.</summary>
    public static bool TryRun(string[] args)
    {
        if (args is not [Option, var folder])
        {
            return false;
        }

        Write(folder, typeof(FunctionJson).Assembly);
        return true;
    }

    /// <summary>Writes <c>{folder}/{function}/function.json</c> for every function of an assembly.</summary>
    public static void Write(string folder, Assembly assembly)
    {
        foreach (var function in FunctionCatalog.Read(assembly))
        {
            var path = Directory.CreateDirectory(Path.Combine(folder, function.Name)).FullName;
            File.WriteAllBytes(Path.Combine(path, "function.json"), ToUtf8(function));
        }
    }

    /// <summary>One function's file.</summary>
    public static byte[] ToUtf8(FunctionDescriptor function)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteStartArray("bindings");
            switch (function)
            {
                case HttpFunction http:
                    WriteHttp(json, http);
                    break;
                case TimerFunction timer:
                    WriteTimer(json, timer);
                    break;
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteHttp(Utf8JsonWriter json, HttpFunction function)
    {
        WriteBinding(json, "httpTrigger", "in", function.Trigger.Name!);
        json.WriteString("authLevel", function.Level.ToString().ToLowerInvariant());
        if (function.Methods.Count > 0)
        {
            json.WriteStartArray("methods");
            foreach (var method in function.Methods)
            {
                json.WriteStringValue(method.ToLowerInvariant());
            }

            json.WriteEndArray();
        }

        json.WriteString("route", function.HostRoute);
        json.WriteEndObject();
        WriteBinding(json, "http", "out", "res");
        json.WriteEndObject();
    }

    private static void WriteTimer(Utf8JsonWriter json, TimerFunction function)
    {
        WriteBinding(json, "timerTrigger", "in", function.Trigger.Name!);
        json.WriteString("schedule", function.Schedule);
        json.WriteBoolean("runOnStartup", function.RunOnStartup);
        json.WriteBoolean("useMonitor", function.UseMonitor);
        json.WriteEndObject();
    }

    private static void WriteBinding(Utf8JsonWriter json, string type, string direction, string name)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("direction", direction);
        json.WriteString("name", name);
    }
}
