using System.Globalization;
using System.Text.Json;
using Functions.Catalog;
using Functions.Http;

namespace Functions.Hosting;

/// <summary>Answers the Functions host's wrapped timer calls, <c>POST /{FunctionName}</c>.</summary>
/// <remarks>
/// The body is <c>{"Data":{"{parameter}":{"ScheduleStatus":…,"IsPastDue":…}},"Metadata":…}</c>. The answer is always JSON:
/// an empty one would leave the invocation open for ever.
/// </remarks>
internal static partial class WrappedTimer
{
    /// <summary>Runs one tick: 200 when it went well, 500 when it failed, 400 when the call is not a tick.</summary>
    public static async Task InvokeAsync(TimerFunction function, HttpContext context)
    {
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(function.Name);
        var timer = Parse(await JsonBody.ReadAsync(context.Request, context.RequestAborted), function.Trigger.Name!);
        try
        {
            await FunctionInvoker.InvokeAsync(function, context.RequestServices, timer, context.RequestAborted);
            await AnswerAsync(context.Response, StatusCodes.Status200OK, []);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The boundary of one tick: the host is told, and the app goes on.
            Log.Failed(logger, function.Name, exception);
            string[] logs = [$"{function.Name} failed: {exception.GetType().Name}"];
            await AnswerAsync(context.Response, StatusCodes.Status500InternalServerError, logs);
        }
    }

    /// <summary>Reads what the host says of the timer.</summary>
    /// <exception cref="BadHttpRequestException">It is not a wrapped timer call.</exception>
    internal static TimerInfo Parse(ReadOnlyMemory<byte> body, string binding)
    {
        try
        {
            using var call = JsonDocument.Parse(body);
            var timer = call.RootElement.GetProperty("Data").GetProperty(binding);
            return new TimerInfo
            {
                IsPastDue = timer.TryGetProperty("IsPastDue", out var late) && late.GetBoolean(),
                ScheduleStatus = timer.TryGetProperty("ScheduleStatus", out var status) ? Status(status) : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException
            or KeyNotFoundException or FormatException)
        {
            throw new BadHttpRequestException($"Not a timer call: Data.{binding} is missing or malformed.", exception);
        }
    }

    private static ScheduleStatus? Status(JsonElement status) => status.ValueKind == JsonValueKind.Null
        ? null
        : new ScheduleStatus
        {
            Last = Time(status, "Last"),
            Next = Time(status, "Next"),
            LastUpdated = Time(status, "LastUpdated"),
        };

    private static DateTime Time(JsonElement status, string name) => DateTimeOffset.Parse(
        status.GetProperty(name).GetString() ?? "", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime;

    private static Task AnswerAsync(HttpResponse response, int status, ReadOnlySpan<string> logs)
    {
        using var buffer = new MemoryStream(64);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("Outputs");
            json.WriteEndObject();
            json.WriteStartArray("Logs");
            foreach (var line in logs)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WriteNull("ReturnValue");
            json.WriteEndObject();
        }

        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = buffer.Length;
        return response.Body.WriteAsync(buffer.ToArray(), response.HttpContext.RequestAborted).AsTask();
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Error, "Timer {Function} failed")]
        public static partial void Failed(ILogger logger, string function, Exception exception);
    }
}
